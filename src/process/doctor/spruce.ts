import {
  credentialAge,
  credentialReminderDays,
  labInbox,
  ourWebhooks,
  spruceReach,
  unpageable,
  type InboxState,
} from '../../clients/spruce/index.js';
import { judgeAge } from './age.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const area = 'spruce';

const client = async (context: DoctorContext) => context.vendors().spruce(await context.connected());

export const spruceChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'spruce.credential',
    area,
    needs: ['practice.connections'],
    todo: 'Correct baseUrl and token in connections.json (an administrator makes one in Spruce, Settings, API) and import the practice again.',
    ask: async (context) => {
      await (await client(context)).organization();
      return pass('The credential is accepted.');
    },
  },
  {
    id: 'spruce.credential-age',
    area,
    needs: ['practice.connections'],
    todo: 'Make a new credential in Spruce (Settings, API), put it with its day into connections.json as token and issuedOn, import the practice again, and disable the old one.',
    ask: async (context) => {
      const { issuedOn = null } = (await context.connections()).spruce;
      return judgeAge(credentialAge(issuedOn, context.realNow()).days, credentialReminderDays, 'issuedOn');
    },
  },
  {
    id: 'spruce.reach',
    area,
    needs: ['spruce.credential'],
    todo: 'Ask Spruce Support to enable the API for this organization as a whole; then run doctor again.',
    ask: async (context) => {
      const reach = Object.entries(await spruceReach(await client(context), context.realNow()));
      const shut = reach.filter(([, state]) => state !== 'readable');
      return shut.length > 0
        ? fail(`Not readable: ${shut.map(([what, code]) => `${what} (${code})`).join(', ')}.`)
        : pass(`Readable: ${reach.map(([what]) => what).join(', ')}.`);
    },
  },
  {
    id: 'spruce.inbox',
    area,
    needs: ['spruce.credential'],
    todo: 'Make a Spruce Link for the lab follow-up inbox, owned by a team, put its id into connections.json as internalEndpointId, and import the practice again (S000-32).',
    ask: async (context) => {
      const { internalEndpointId } = (await context.connections()).spruce;
      const { state, endpoint } = await labInbox(await client(context), internalEndpointId);
      const name = endpoint?.label ? ` "${endpoint.label}"` : '';
      return state === 'ready'
        ? pass(`Secure messages go out, and answers come in, by the inbox${name}.`)
        : fail(`The lab follow-up inbox${name} ${inboxFaults[state]}.`);
    },
  },
  {
    id: 'spruce.webhook',
    area,
    needs: ['spruce.credential', 'practice.settings'],
    todo: 'Register the webhook in Spruce (Settings, API) and put its signing secret into connections.json as webhookSecrets; then import the practice again.',
    ask: async (context) => {
      const { publicBaseUrl } = await context.settings();
      const url = `${publicBaseUrl}/webhooks/spruce/${(await context.practice()).id}`;
      const { state, ours } = await ourWebhooks(await client(context), url);
      if (state === 'missing') return fail(`No webhook of this organization goes to ${url}.`);
      if (state === 'paused')
        return fail(
          `The webhook is ${ours.map(({ status }) => status ?? 'stopped').join(', ')}: answers and accepted pages come late, by polling only.`,
          'Let it go on in Spruce (Settings, API, webhooks), and look why it stopped.',
        );
      if ((await context.connections()).spruce.webhookSecrets.length === 0)
        return fail('The webhook is registered, and no signing secret of it is in connections.json.');
      return pass('The webhook is registered and not paused.');
    },
  },
  {
    id: 'spruce.pages',
    area,
    needs: ['spruce.credential', 'practice.roster'],
    todo: 'Correct spruceMemberId in roster.json, or have the person invited or let back in in Spruce; then import the practice again. Until then no page reaches them.',
    ask: async (context) => {
      const people = (await context.roster()).people.filter((one) => one.active);
      const members = people.flatMap(({ spruceMemberId }) => spruceMemberId ?? []);
      const lost = await unpageable(await client(context), members);
      const words = lost.map(({ memberId, why }) => {
        const who = people.find((one) => one.spruceMemberId === memberId)?.id ?? 'somebody';
        return `${who} (${why === 'unknown' ? 'not in Spruce' : 'suspended there'})`;
      });
      return words.length > 0
        ? fail(`Pages do not reach ${words.join(', ')}.`)
        : pass(`Pages reach all ${members.length} people of the roster.`);
    },
  },
];

const inboxFaults: Readonly<Record<Exclude<InboxState, 'ready'>, string>> = {
  missing: 'is not among the endpoints of this organization',
  'not-secure': 'sends no secure messages',
  'owned-by-one-person': 'belongs to one person: answers would wait for them alone',
};
