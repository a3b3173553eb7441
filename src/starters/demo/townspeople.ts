import { DateTime } from 'luxon';
import type { JournalEntry } from '../../sandbox/shared/control.js';
import type { Agenda } from './agenda.js';
import { clinic } from './clinic.js';
import { linkTokenIn, textOf } from './journals.js';
import type { Morning } from './morning.js';
import type { DemoPatient } from './patients.js';

/** The doors that patients use: their phone, the Spruce app, and the page behind the link. */
export interface PatientDoors {
  text(from: string, body: string): Promise<void>;
  replyInSpruce(conversationId: string, text: string): Promise<void>;
  /** Fetches the page as a browser, or as the preview of a messaging app does. */
  openPage(token: string, as: 'person' | 'preview'): Promise<void>;
  /** Birth date and button. */
  confirmPage(token: string, birthDate: string, button: 'read' | 'call'): Promise<void>;
}

interface Message {
  readonly via: 'text' | 'secure';
  readonly token: string | null;
  readonly conversationId: string;
}

const phrases = {
  eng: { ok: 'Ok, thank you', words: 'Does this mean that I need another appointment?' },
  spa: { ok: 'Entendido, gracias', words: 'Tengo que hacer otra cita?' },
} as const;

/** The patients: each reacts to a message in the own way, or not at all. */
export class Townspeople {
  readonly #byPhone = new Map<string, DemoPatient>();
  readonly #byContact = new Map<string, DemoPatient>();
  readonly #texts = new Map<string, { to: string; body: string }>();
  readonly #reacted = new Set<string>();
  readonly #contactOf = new Map<string, string>();

  constructor(
    private readonly agenda: Agenda,
    private readonly doors: PatientDoors,
    morning: Morning,
    /** Spruce contact id → our external id. */
    contacts: ReadonlyMap<string, string>,
  ) {
    const byChart = new Map(morning.patients.map((p) => [p.chartId, p]));
    for (const p of morning.patients) if (p.mobile !== null) this.#byPhone.set(p.mobile, p);
    for (const [contactId, externalId] of contacts) {
      const patient = byChart.get(externalId.split('-').at(-1) ?? '');
      if (patient) this.#byContact.set(contactId, patient);
    }
  }

  /** A text reaches a phone with `sent` at the earliest; an undelivered one never does. */
  onTwilio(entry: JournalEntry): void {
    const sid = textOf(entry, 'sid');
    if (entry.kind === 'message-created' && entry['direction'] === 'outbound-api')
      this.#texts.set(sid, { to: textOf(entry, 'to'), body: textOf(entry, 'body') });
    if (entry.kind !== 'status') return;
    const text = this.#texts.get(sid);
    const patient = text && this.#byPhone.get(text.to);
    if (!text || !patient) return;
    const arrived =
      entry['status'] === 'delivered' || (entry['status'] === 'sent' && patient.phone === 'sent-only');
    if (arrived)
      this.#receive(patient, sid, { via: 'text', token: linkTokenIn(text.body), conversationId: '' });
  }

  /** @param contactsOf contacts of a conversation, which its items do not name. */
  onSpruce(entry: JournalEntry, contactsOf: (conversationId: string) => Promise<readonly string[]>): void {
    if (entry.kind !== 'item-created' || entry['direction'] !== 'outbound' || entry['internal'] === true)
      return;
    const conversationId = textOf(entry, 'conversationId');
    this.agenda.after(0, 'secure message', async () => {
      const [contactId = ''] = await contactsOf(conversationId);
      const patient = this.#byContact.get(contactId);
      const token = linkTokenIn(textOf(entry, 'text'));
      if (patient) this.#receive(patient, textOf(entry, 'itemId'), { via: 'secure', token, conversationId });
    });
  }

  #receive(patient: DemoPatient, id: string, message: Message): void {
    if (this.#reacted.has(id)) return;
    this.#reacted.add(id);
    const { token } = message;
    if (patient.previews && token !== null)
      this.agenda.after(5_000, 'link preview', () => this.doors.openPage(token, 'preview'));
    const at = awake(this.agenda.now() + patient.reactsAfterMs);
    this.agenda.at(at, `patient ${patient.reaction}`, () => this.#react(patient, message));
  }

  async #react(patient: DemoPatient, message: Message): Promise<void> {
    const { token } = message;
    const say = (words: string) =>
      message.via === 'secure'
        ? this.doors.replyInSpruce(message.conversationId, words)
        : this.doors.text(patient.mobile ?? '', words);
    const words = phrases[patient.language === 'spa' ? 'spa' : 'eng'];
    switch (patient.reaction) {
      case 'nothing':
        return;
      case 'open':
        if (token !== null) await this.doors.openPage(token, 'person');
        return;
      case 'read':
      case 'call-me':
        if (token === null) return;
        await this.doors.openPage(token, 'person');
        await this.doors.confirmPage(token, patient.birthDate, patient.reaction === 'read' ? 'read' : 'call');
        return;
      case 'reply-ok':
        return say(words.ok);
      case 'reply-words':
        return say(words.words);
      case 'stop':
        return message.via === 'text' ? say('STOP') : undefined;
      default:
        patient.reaction satisfies never;
    }
  }
}

/** Nobody answers between 22:00 and 07:00: then in the morning. */
function awake(at: number): number {
  const local = DateTime.fromMillis(at, { zone: clinic.zone });
  if (local.hour >= 7 && local.hour < 22) return at;
  const morning = local.hour >= 22 ? local.plus({ days: 1 }) : local;
  return morning.set({ hour: 7, minute: 20 + (Math.floor(at / 1_000) % 100) }).toMillis();
}
