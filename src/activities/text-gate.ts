import { VendorError } from '../clients/http/index.js';
import { judgeSending, type SendingFinding, type TwilioClient } from '../clients/twilio/index.js';
import { raiseAlarm } from '../store/inbound.js';
import { practiceNow, practicesConnectedBy, type Practice } from '../store/practices.js';
import { localDay } from '../store/calendar.js';
import type { Store } from '../store/store.js';
import type { Vendors } from './vendors.js';

/** Read again after this, real time. A refusal is looked at again sooner: somebody may have put it right. */
const readyGoodMs = 3_600_000;
const refusedGoodMs = 5 * 60_000;
/** While Twilio's account pages cannot be read, an older "ready" still counts. */
const readyAtMostMs = 24 * 3_600_000;

export type GateFinding = Omit<SendingFinding, 'code'> & {
  readonly code: SendingFinding['code'] | 'service-of-another-practice' | 'service-not-readable';
};

export interface TextGate {
  /** Everything that is wrong with the practice's texting, worst first. @throws VendorError when it cannot be read. */
  look(practice: Practice): Promise<readonly GateFinding[]>;
  /**
   * Whether a text may leave: `null`, or why not. Not read for every text.
   * @throws VendorError when it was never read and cannot be read now.
   */
  refusal(practice: Practice): Promise<GateFinding | null>;
}

/**
 * Keeps texts in while the practice's Twilio account may not send them: a campaign that is not verified, a messaging
 * service that belongs to marketing (S000-85) or to another practice. Twilio would take them, and carriers block them.
 */
export function createTextGate({
  store,
  vendors,
}: {
  readonly store: Store;
  readonly vendors: Vendors;
}): TextGate {
  const seen = new Map<string, { at: number; refusal: GateFinding | null }>();
  const reading = new Map<string, Promise<GateFinding | null>>();

  const look = async (practice: Practice): Promise<readonly GateFinding[]> => {
    const found = [
      ...(await sharedService(store, practice)),
      ...(await readService(vendors.twilio(practice), practice)),
    ];
    const refusal = found.find((f) => f.refuses) ?? null;
    seen.set(keyOf(practice), { at: store.realNow(), refusal });
    for (const { code } of found) {
      const day = localDay(practice.settings, practiceNow(store, practice));
      await raiseAlarm(store, practice, `texts/${practice.id}/${code}/${day}`, `texts-${code}`);
    }
    return found;
  };

  return {
    look,
    async refusal(practice) {
      const key = keyOf(practice);
      const held = seen.get(key);
      const age = store.realNow() - (held?.at ?? 0);
      if (held && age < (held.refusal ? refusedGoodMs : readyGoodMs)) return held.refusal;
      // Many texts ask at once; one reading answers them all.
      const read =
        reading.get(key) ??
        look(practice)
          .then((found) => found.find((f) => f.refuses) ?? null)
          .finally(() => reading.delete(key));
      reading.set(key, read);
      try {
        return await read;
      } catch (err) {
        if (err instanceof VendorError && held && !held.refusal && age < readyAtMostMs) return null;
        throw err;
      }
    },
  };
}

async function readService(twilio: TwilioClient, practice: Practice): Promise<readonly GateFinding[]> {
  try {
    const [account, service, senders] = [
      await twilio.account(),
      await twilio.service(),
      await twilio.senders(),
    ];
    const [longCodes, tollFree] = ['long-code', 'toll-free'].map((kind) =>
      senders.some((s) => s.kind === kind),
    );
    return judgeSending(
      {
        account,
        service,
        senders,
        campaigns: longCodes ? await twilio.campaigns() : [],
        tollFree: tollFree ? await twilio.tollFreeVerifications() : [],
      },
      { inboundUrl: `${practice.settings.publicBaseUrl}/webhooks/twilio/${practice.id}/inbound` },
    );
  } catch (err) {
    if (!(err instanceof VendorError) || err.outcome !== 'refused') throw err;
    // A wrong service or a key without the right: what cannot be shown to be ready does not send.
    return [
      {
        code: 'service-not-readable',
        refuses: true,
        advice: `Twilio refuses to show the messaging service or its campaign (${err.code}). Check its SID and the rights of the API key.`,
      },
    ];
  }
}

/** S000-85: one messaging service has one stream; the inbound URL can only lead to one practice. */
async function sharedService(store: Store, practice: Practice): Promise<readonly GateFinding[]> {
  const mine = practice.connections.twilio;
  const users = await practicesConnectedBy(
    store,
    ({ twilio }) =>
      twilio.messagingServiceSid === mine.messagingServiceSid && twilio.accountSid === mine.accountSid,
  );
  if (users.every((id) => id === practice.id)) return [];
  return [
    {
      code: 'service-of-another-practice',
      refuses: true,
      advice: 'Another practice uses this messaging service. Give each practice one of its own (S000-85).',
    },
  ];
}

function keyOf(practice: Practice): string {
  const { accountSid, messagingServiceSid } = practice.connections.twilio;
  return `${practice.id}/${accountSid}/${messagingServiceSid}`;
}
