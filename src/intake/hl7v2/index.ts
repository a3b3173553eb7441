export type { Hl7Message, ParsedHl7 } from './parse.js';
export { parseHl7, writeHl7 } from './parse.js';
export { readHl7v2 } from './read-hl7v2.js';
