import { fail, pass, warn, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const area = 'spruce';
const working = new Set(['active', 'enabled']);
const stopped = new Set(['paused', 'disabled', 'inactive', 'suspended', 'failed']);

const client = async (context: DoctorContext) => context.vendors().spruce(await context.connected());

export const spruceChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'spruce.credential',
    area,
    needs: ['practice.connections'],
    todo: 'Correct baseUrl and token in connections.json (an administrator makes one in Spruce, Settings, API) and import the practice again.',
    ask: async (context) => {
      await (await client(context)).internalEndpoints();
      return pass('The credential is accepted.');
    },
  },
  {
    id: 'spruce.inbox',
    area,
    needs: ['spruce.credential'],
    todo: 'Make a Spruce Link for the lab follow-up inbox, put its id into connections.json as internalEndpointId, and import the practice again (S000-32).',
    ask: async (context) => {
      const spruce = await client(context);
      const { internalEndpointId } = (await context.connections()).spruce;
      const endpoint = (await spruce.internalEndpoints()).find(({ id }) => id === internalEndpointId);
      if (!endpoint)
        return fail('The lab follow-up inbox is not among the Spruce Links of this organization.');
      const name = endpoint.label ?? 'without a name';
      if (endpoint.channel !== 'secure')
        return fail(`The inbox (${name}) is a ${endpoint.channel} line: it sends no secure messages.`);
      const owner = (await spruce.members()).find(({ id }) => id === endpoint.ownerId);
      if (owner?.type === 'teammate')
        return fail(
          `The inbox (${name}) belongs to one person: replies would wait for them (S000-32).`,
          'Give the Spruce Link to a team in Spruce, so that replies come to a shared inbox.',
        );
      return pass(`Secure messages go out, and replies come in, by the inbox "${name}".`);
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
      const ours = (await (await client(context)).webhookEndpoints()).filter((one) => one.url === url);
      if (ours.length === 0) return fail(`No webhook of this organization goes to ${url}.`);
      if ((await context.connections()).spruce.webhookSecrets.length === 0)
        return fail('The webhook is registered, and no signing secret of it is in connections.json.');
      const states = ours.map(({ status }) => status?.toLowerCase() ?? 'unknown');
      if (states.some((state) => working.has(state))) return pass('The webhook is registered and active.');
      const says = `The webhook is registered and is ${states.join(', ')}.`;
      const resume = 'Let it go on in Spruce (Settings, API, webhooks), and look why it stopped.';
      return states.some((state) => stopped.has(state)) ? fail(says, resume) : warn(says, resume);
    },
  },
  {
    id: 'spruce.reach',
    area,
    needs: ['spruce.credential', 'practice.roster'],
    todo: 'Correct spruceMemberId in roster.json, or have the person invited or let back in in Spruce; then import the practice again. Until then no page reaches them.',
    ask: async (context) => {
      const members = new Map((await (await client(context)).members()).map((one) => [one.id, one]));
      const people = (await context.roster()).people.filter((one) => one.active && one.spruceMemberId);
      const unreached = people.flatMap(({ id, spruceMemberId }) => {
        const member = members.get(spruceMemberId ?? '');
        if (!member) return [`${id} (not in Spruce)`];
        return member.isSuspended === true ? [`${id} (suspended in Spruce)`] : [];
      });
      return unreached.length > 0
        ? fail(`Pages do not reach ${unreached.join(', ')}.`)
        : pass(`Pages reach all ${people.length} people of the roster.`);
    },
  },
];
