export { readFhir, readFhirJson } from './read-fhir.js';
export type { Source } from './result-builder.js';
