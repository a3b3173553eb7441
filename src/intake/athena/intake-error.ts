export type IntakeErrorCode =
  | 'not-a-lab-result'
  | 'not-an-imaging-result'
  | 'not-a-patient'
  | 'no-document-id'
  | 'wrong-document'
  | 'wrong-patient';

/** A body that cannot become a report or a patient card. The message says what to do and holds no PHI. */
export class IntakeError extends Error {
  readonly code: IntakeErrorCode;

  constructor(code: IntakeErrorCode, message: string) {
    super(message);
    this.name = 'IntakeError';
    this.code = code;
  }
}
