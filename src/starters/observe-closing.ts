import { createVendors } from '../activities/vendors.js';
import { personById } from '../domain/routing/roster.js';
import { openDeps } from '../process/deps.js';
import { recordClosing } from '../store/practices.js';
import { choosePractice } from './choose-practice.js';
import { CommandFailed, say, WrongUsage } from './outcome.js';

/** athenahealth publishes and routes a little after the close (real ms). */
const waitMs = 10_000;

/**
 * `resultloop doctor --observe-closing DOCUMENT --by PERSON`: closes one result of the test patient in athenaOne, looks
 * what that triggered, and records it (L22). Nobody else's result is ever closed by it.
 */
export async function observeClosing(
  labResultId: string,
  options: { readonly practice?: string; readonly by?: string },
): Promise<void> {
  const deps = await openDeps(process.env, 'doctor');
  try {
    const practice = await choosePractice(deps.store, options.practice);
    const { testPatient } = practice.settings;
    if (!options.by || !personById(practice.roster, options.by)?.active)
      throw new WrongUsage('Say who looks, with --by and a person id of the roster.');
    if (testPatient === null)
      throw new CommandFailed(
        'no-test-patient',
        'settings.json names no "testPatient". Only a result of an invented patient may be closed to see what happens.',
      );
    const { closing } = createVendors(deps.store, deps.metrics, () => undefined).athena(practice);
    const seen = await closing.observe({ patientId: testPatient.chartId, labResultId, waitMs });
    if (!seen.isClosed)
      throw new CommandFailed('not-closed', 'athenahealth took the close, and the result is still open.');
    const { countsAsReviewed, publishes, startsResultsCall } = seen;
    await recordClosing(deps.store, practice.id, {
      observedOn: new Date(deps.store.realNow()).toISOString().slice(0, 10),
      recordedBy: options.by,
      countsAsReviewed,
      publishes,
      startsResultsCall,
    });
    say(
      `Recorded: closing ${publishes ? 'publishes to the portal' : 'does not publish'}, ` +
        `${startsResultsCall ? 'starts ResultsCall' : 'starts no ResultsCall'}, ` +
        `${countsAsReviewed ? 'counts' : 'does not count'} as a provider's review.`,
    );
  } finally {
    await deps.close();
  }
}
