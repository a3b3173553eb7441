export type { Appointments, AppointmentState, AthenaAppointment } from './appointments.js';
export type { Budget, BudgetReading } from './budgets.js';
export type {
  ChangeFeeds,
  Changes,
  FeedName,
  FeedQuery,
  Subscribed,
  SubscriptionStatus,
} from './change-feed.js';
export type { ChartDocument, NewChartDocument, NewClinicalDocument } from './chart-documents.js';
export type { ChartAnalyte, ChartLists, PatientDocument } from './chart-lists.js';
export type { AthenaClient, AthenaClientOptions } from './client.js';
export { createAthenaClient } from './client.js';
export type { Closing, ClosingEffects } from './closing.js';
export { ClosingIsOff } from './closing.js';
export type { EndpointCheck, EndpointVerdict, NeededEndpoint } from './connection-checks.js';
export { neededEndpoints } from './connection-checks.js';
export type { AthenaDepartment, AthenaProvider } from './directory.js';
export type { EventState, EventSubscription, EventSubscriptions } from './event-subscriptions.js';
export { eventScopes, ourEvents, resultTopics } from './event-subscriptions.js';
export type { AthenaEvent } from './events.js';
export { parseAthenaEvents, wakesPoll } from './events.js';
export type { FhirReads, FhirReport, FhirResource } from './fhir.js';
export type { AthenaImagingResult, ImagingResults } from './imaging-results.js';
export type { Inboxes, InboxItem } from './inbox.js';
export type { ChangedResults, FeedKind, FeedRow } from './lab-feed.js';
export { announcement, readFeedRow } from './lab-feed.js';
export type { AthenaLabResult } from './lab-results.js';
export type { AthenaOrder, Orders } from './orders.js';
export type { NewPatientCase, PatientCase, PatientCases } from './patient-cases.js';
export type { AthenaPatient } from './people.js';
export type { Grants } from './scopes.js';
export type { AthenaSignature } from './signature.js';
export { verifyAthenaSignature } from './signature.js';
export type { AthenaTime } from './times.js';
export { athenaZone, readTime } from './times.js';
