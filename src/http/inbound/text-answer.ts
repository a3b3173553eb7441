import { isOpen } from '../../domain/calendar/open-hours.js';
import { replyReadings } from '../../domain/messages/replies.js';
import { render } from '../../domain/messages/render.js';
import { MessageError } from '../../domain/messages/template.js';
import type { InboundText } from '../../clients/twilio/index.js';
import { staffedHours } from '../../store/calendar.js';
import { patientsWithNumber, takeAnswerTurn } from '../../store/numbers.js';
import { loadPatient } from '../../store/patients.js';
import { practiceNow, type Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';

/** L36: once in 12 hours, practice time. */
const answerEveryMs = 12 * 3_600_000;

/**
 * What a patient's text is answered with at once, as the answer to its webhook; `null` = silence. Outside staffed hours:
 * nobody reads it now, 911, the urgent number (L36). "Who is this": practice name and phone only (L37). STOP, START and
 * HELP are answered by Twilio itself.
 */
export async function answerTo(store: Store, practice: Practice, text: InboundText): Promise<string | null> {
  const readings = replyReadings(text.body);
  if (text.optOutType !== null || readings.some((r) => r === 'opts-out' || r === 'opts-in' || r === 'help'))
    return null;
  const now = practiceNow(store, practice);
  const { settings } = practice;
  const isClosed = settings.answersOutsideHours && !isOpen(staffedHours(settings, now), now);
  const template = readings.includes('wrong-person')
    ? ('wrong-person-reply' as const)
    : isClosed
      ? ('after-hours-reply' as const)
      : null;
  const number = template && indexOf(store, text.from);
  if (!template || number === null) return null;
  const language = await languageOf(store, practice, number);
  if (!(await takeAnswerTurn(store, practice.id, number, now, answerEveryMs))) return null;
  try {
    return render(template, language, {
      practiceName: practice.name,
      phone: settings.phone,
      urgentPhone: settings.urgentPhone ?? settings.phone,
    }).body;
  } catch (err) {
    // Words that the lint refuses are never sent; the text itself is kept and read all the same.
    if (err instanceof MessageError) return null;
    throw err;
  }
}

/** The language of the patient whose number it is, if there is exactly one. */
async function languageOf(store: Store, practice: Practice, number: string): Promise<'eng' | 'spa'> {
  const patients = await patientsWithNumber(store, practice.id, number);
  const [only] = patients;
  const language = patients.length === 1 && only ? (await loadPatient(store, only)).card.language : null;
  return language === 'eng' || language === 'spa' ? language : practice.settings.defaultLanguage;
}

/** `null` for a short code or an alphanumeric sender: no patient can have it. */
export function indexOf(store: Store, phone: string): string | null {
  try {
    return store.index.phoneIndex(phone);
  } catch {
    return null;
  }
}
