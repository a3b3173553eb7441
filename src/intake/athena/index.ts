export { imagingDocumentId, mapImagingResult, vendorDocument } from './imaging.js';
export type { IntakeErrorCode } from './intake-error.js';
export { IntakeError } from './intake-error.js';
export { isAthenaJson, readAthenaJson, receivedOf } from './read-athena.js';
export { toPatientCard } from './to-patient-card.js';
export type { MappedReport, MappingRemark, ReportContext } from './to-report.js';
export { mapLabResult, patientAuthority, toReport } from './to-report.js';
