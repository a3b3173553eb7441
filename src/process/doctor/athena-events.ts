import { ourEvents } from '../../clients/athenahealth/index.js';
import { eventScopesNotAsked, eventsUrlOf } from '../athena-events.js';
import { fail, pass, warn, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const dayMs = 86_400_000;
/** A subscription ends by itself; so long before it is reminded of, and then insisted. */
const warnDays = 30;
const failDays = 7;
const renew = 'Subscribe again: resultloop practice webhooks --events.';

/** Events only wake the poll (S000-36): without them a result is found minutes later, and that should be known. */
export const eventChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'athenahealth.events',
    area: 'athenahealth',
    needs: ['athenahealth.scopes', 'practice.settings'],
    todo: renew,
    ask: async (context) => {
      const practice = await context.connected();
      const settings = await context.settings();
      const { webhookSecrets = [] } = practice.connections.athenahealth;
      const notAsked = eventScopesNotAsked(practice.connections);
      if (notAsked.length > 0)
        return webhookSecrets.length === 0
          ? pass('Not subscribed to: results are found by polling, every 5 min.')
          : warn(
              `Somebody has subscribed; whether it is in order cannot be seen without the scopes ${notAsked.join(', ')}.`,
              'Ask athenahealth to grant them, name them in "scope" of connections.json and import the practice again.',
            );
      const { events } = context.vendors().athena({ ...practice, settings });
      const url = eventsUrlOf({ id: practice.id, settings });
      const { offered, silent, endsAt } = await ourEvents(events, url, context.realNow());
      if (offered.length === 0)
        return fail(
          'No event of results or patients may be subscribed to.',
          'Ask athenahealth which topics the application was given, or take the scopes out of connections.json again.',
        );
      if (silent.length > 0)
        return fail(
          silent.length === offered.length
            ? `No active subscription leads to ${url}: results are found by polling only.`
            : `No active subscription for ${silent.join(', ')}.`,
        );
      if (webhookSecrets.length === 0)
        return fail('The events are subscribed to, and no secret of theirs is known: all are refused.');
      const days = endsAt === null ? Infinity : Math.floor((endsAt - context.realNow()) / dayMs);
      if (days < warnDays)
        return (days < failDays ? fail : warn)(`The subscription ends in ${days} days.`, renew);
      return pass(`Subscribed to ${offered.length} topics, and active.`);
    },
  },
];
