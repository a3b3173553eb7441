import twilio from 'twilio';
import { z } from 'zod';

/** What a called person hears. Nothing of it is PHI: whoever answers may be anybody (L10, L11). */
export interface VoiceStep {
  /** Where the keys go; on our server, with our own id. */
  readonly action: string;
}

const voice = { voice: 'Polly.Joanna', language: 'en-US' } as const;
/** PINs end with this key, so that the call does not wait for a time-out. */
const finishOnKey = '#';

/** Asks for the PIN, which alone proves who answers: a voicemail has none. */
export function askPin(
  step: VoiceStep & { readonly practiceName: string; readonly isRepeat: boolean },
): string {
  const response = new twilio.twiml.VoiceResponse();
  const gather = response.gather({
    action: step.action,
    method: 'POST',
    numDigits: 8,
    finishOnKey,
    timeout: 10,
    actionOnEmptyResult: true,
  });
  gather.say(
    voice,
    step.isRepeat
      ? 'That PIN is not right. Please enter your PIN, then press pound.'
      : `This is an urgent call for a member of staff of ${step.practiceName}. Please enter your PIN, then press pound.`,
  );
  return response.toString();
}

/** After the PIN: accept or pass on. */
export function askAnswer(step: VoiceStep): string {
  const response = new twilio.twiml.VoiceResponse();
  const gather = response.gather({
    action: step.action,
    method: 'POST',
    numDigits: 1,
    timeout: 10,
    actionOnEmptyResult: true,
  });
  gather.say(
    voice,
    'A critical item needs you now. Press 1 to accept it. Press 2 if you cannot take it; then the next person is called.',
  );
  return response.toString();
}

export type Farewell = 'accepted' | 'declined' | 'taken' | 'over' | 'not-recognised';

const farewells: Readonly<Record<Farewell, string>> = {
  accepted: 'Thank you. It is yours now. Open your worklist and call the patient.',
  declined: 'Thank you. The next person is called.',
  taken: 'Somebody else has accepted it. Thank you. Goodbye.',
  over: 'This call is no longer needed. Goodbye.',
  'not-recognised': 'We did not understand that. You will be called again. Goodbye.',
};

/** Says goodbye and hangs up. */
export function farewell(how: Farewell): string {
  const response = new twilio.twiml.VoiceResponse();
  response.say(voice, farewells[how]);
  response.hangup();
  return response.toString();
}

/** A text in answer to a text, or silence. */
export function replyTwiml(text: string | null): string {
  const response = new twilio.twiml.MessagingResponse();
  if (text !== null) response.message(text);
  return response.toString();
}

const callForm = z
  .object({
    AccountSid: z.string().regex(/^AC[0-9a-fA-F]{32}$/),
    CallSid: z.string().regex(/^CA[0-9a-fA-F]{32}$/),
    CallStatus: z.string().min(1).optional().default('unknown'),
    Digits: z.string().optional().default(''),
  })
  .transform((form) => ({ sid: form.CallSid, status: form.CallStatus, digits: form.Digits }));

/** What Twilio tells of a call: its state, and keys where it asked for some. */
export type CallNews = z.output<typeof callForm>;

/** @returns the news, or null when the form names no call. */
export function parseCall(form: unknown): CallNews | null {
  return callForm.safeParse(form).data ?? null;
}

const ended = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

/** True when the call is over. `completed` is no acceptance: a voicemail completes too. */
export function isCallOver(status: string): boolean {
  return ended.includes(status);
}
