// Every function exported here becomes a workflow type: nothing else may be.
export { labResult } from './lab-result.js';
export { patientNotice } from './patient-notice.js';
export { chartWriter } from './chart-writer.js';
export { textRounds } from './text-rounds.js';
export { practiceRounds } from './practice-rounds.js';
export { pollPractice } from './poll-practice.js';
