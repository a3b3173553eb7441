import {
  judgeSending,
  tokenAge,
  tokenReminderDays,
  type SendingFacts,
  type SendingFindingCode,
} from '../../clients/twilio/index.js';
import { practicesConnectedBy } from '../../store/practices.js';
import { judgeAge } from './age.js';
import { fail, pass, warn, type Check, type Finding } from './check.js';
import type { DoctorContext } from './context.js';

const area = 'twilio';

const client = async (context: DoctorContext) => context.vendors().twilio(await context.connected());
const judge = 'Look at the account in the Twilio console, mend it there, and run doctor again.';

export const twilioChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'twilio.account',
    area,
    needs: ['practice.connections'],
    todo: 'Correct accountSid and authTokens (or apiKey) in connections.json and import the practice again.',
    ask: async (context) => {
      const account = await (await client(context)).account();
      return judged({ account }, ['account-not-active', 'account-trial'], 'The account is active.');
    },
  },
  {
    id: 'twilio.token-age',
    area,
    needs: ['practice.connections'],
    todo: 'Make a second auth token in the Twilio console, put it first in authTokens of connections.json with its day as authTokenSince, import the practice again, promote it in Twilio, and take the old one out after a day (S000-66).',
    ask: async (context) => {
      const { authTokenSince } = (await context.connections()).twilio;
      const age = tokenAge(authTokenSince, context.realNow());
      return judgeAge(age?.days ?? null, tokenReminderDays, 'authTokenSince');
    },
  },
  {
    id: 'twilio.messaging-service',
    area,
    needs: ['twilio.account'],
    todo: 'Correct messagingServiceSid in connections.json and import the practice again.',
    ask: async (context) => {
      await (await client(context)).service();
      return pass('The messaging service exists.');
    },
  },
  {
    id: 'twilio.messaging-service-type',
    area,
    needs: ['twilio.messaging-service', 'keys.stored-data'],
    todo: judge,
    ask: async (context) => {
      const twilio = await client(context);
      const [service, campaigns] = [await twilio.service(), await twilio.campaigns()];
      const { twilio: mine } = await context.connections();
      const users = await practicesConnectedBy(
        context.store(),
        (one) => one.twilio.messagingServiceSid === mine.messagingServiceSid,
      );
      if (users.length > 1)
        return fail(
          `${users.length} practices use this messaging service: ${users.sort().join(', ')}.`,
          'Give each practice a messaging service of its own (S000-85).',
        );
      const use = service.usecase ?? 'nothing in particular';
      return judged(
        { service, campaigns },
        ['service-for-marketing'],
        `The service is registered for ${use}: its own, apart from marketing (S000-85).`,
      );
    },
  },
  {
    id: 'twilio.senders',
    area,
    needs: ['twilio.messaging-service'],
    todo: judge,
    ask: async (context) => {
      const senders = await (await client(context)).senders();
      return judged({ senders }, ['no-sender'], `${senders.length} in the sender pool.`);
    },
  },
  {
    id: 'twilio.campaign',
    area,
    needs: ['twilio.messaging-service'],
    todo: judge,
    ask: async (context) => {
      const twilio = await client(context);
      const senders = await twilio.senders();
      const campaigns = await twilio.campaigns();
      const hasTollFree = senders.some(({ kind }) => kind === 'toll-free');
      const tollFree = hasTollFree ? await twilio.tollFreeVerifications() : [];
      return judged(
        { senders, campaigns, tollFree },
        ['campaign-missing', 'campaign-not-verified', 'toll-free-not-verified'],
        'Carriers let its texts through: campaign verified, as far as the senders need one.',
      );
    },
  },
  {
    id: 'twilio.inbound-webhook',
    area,
    needs: ['twilio.messaging-service', 'practice.settings'],
    todo: judge,
    ask: async (context) => {
      const service = await (await client(context)).service();
      const { publicBaseUrl } = await context.settings();
      const inboundUrl = `${publicBaseUrl}/webhooks/twilio/${(await context.practice()).id}/inbound`;
      const found = judged(
        { service },
        ['number-webhooks-used', 'inbound-webhook-wrong'],
        'Replies of patients come to resultloop.',
        inboundUrl,
      );
      // Without it STOP and "who is this" are heard with the next polling only.
      return found.state === 'warn' ? { ...found, state: 'fail' } : found;
    },
  },
];

/** A service about which nothing is wrong, in place of what a line does not ask. */
const nothingWrong: SendingFacts = {
  account: { status: 'active', type: 'Full' },
  service: {
    sid: '',
    usecase: null,
    inboundUrl: null,
    inboundMethod: null,
    usesNumberWebhooks: false,
    statusCallback: null,
    stickySender: false,
    a2pRegistered: true,
  },
  senders: [{ sid: '', number: '', kind: 'short-code' }],
  campaigns: [],
  tollFree: [],
};

/** The client's own judgement, as far as a line asks. */
function judged(
  facts: Partial<SendingFacts>,
  codes: readonly SendingFindingCode[],
  well: string,
  inboundUrl: string | null = null,
): Finding {
  const found = judgeSending({ ...nothingWrong, ...facts }, { inboundUrl }).filter(({ code }) =>
    codes.includes(code),
  );
  if (found.length === 0) return pass(well);
  const says = `${found.map(({ code }) => code.replaceAll('-', ' ')).join(', ')}.`;
  const todo = found.map(({ advice }) => advice).join(' ');
  const words = says[0]?.toUpperCase() + says.slice(1);
  return found.some(({ refuses }) => refuses) ? fail(words, todo) : warn(words, todo);
}
