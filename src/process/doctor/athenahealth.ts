import type { Grants } from '../../clients/athenahealth/index.js';
import { isResultsCall } from '../../domain/result/results-call.js';
import { newestResultsCalls } from '../../store/document-routes.js';
import { newId } from '../../security/tokens.js';
import { fail, pass, warn, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const area = 'athenahealth';
const askContract =
  'Ask athenahealth to grant the application the scopes of its contract for this practice, reading and writing; then run doctor again.';
/** How often a note is looked for before it counts as lost, and how long between (real ms). */
const lookTimes = 5;
const lookAgainMs = 1_000;

const client = async (context: DoctorContext) =>
  context.vendors().athena({
    ...(await context.connected()),
    settings: await context.settings(),
    closing: await context.closing(),
  });

/** Credentials, scopes, write path, and what the practice's own switches in athenaOne do to patients. */
export const athenaChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'athenahealth.token',
    area,
    needs: ['practice.connections', 'practice.settings'],
    todo: 'Correct baseUrl, clientId and clientSecret in connections.json (preview and production differ) and import the practice again.',
    ask: async (context) => {
      await (await client(context)).grants({ renew: true });
      return pass('The credentials are accepted.');
    },
  },
  {
    id: 'athenahealth.scopes',
    area,
    needs: ['athenahealth.token'],
    todo: askContract,
    ask: async (context) => judgeScopes(await (await client(context)).grants()),
  },
  {
    id: 'athenahealth.write-access',
    area,
    needs: ['athenahealth.scopes'],
    todo: askContract,
    ask: async (context) =>
      (await (await client(context)).probeDocumentWrite()) === 'allowed'
        ? pass('Documents may be written (found out without writing one).')
        : fail('Writing documents is refused: chart notes and notes to patients would wait (S000-69).'),
  },
  {
    id: 'athenahealth.write-and-read-back',
    area,
    needs: ['athenahealth.write-access'],
    limitMs: 60_000,
    todo: 'Write a note to the test patient in athenaOne by hand and look whether it appears there; then ask athenahealth with the time of this run.',
    ask: async (context) => {
      const { testPatient } = await context.settings();
      if (testPatient === null)
        return fail(
          'No test patient is named, so nothing was written and read back.',
          'Make an invented patient in athenaOne and name it in settings.json as "testPatient": { "chartId": "…", "departmentId": "…" }; then import the practice again.',
        );
      const athena = await client(context);
      const { chartId: patientId, departmentId } = testPatient;
      const marker = `resultloop doctor ${newId()}`;
      await athena.createClinicalDocument({
        patientId,
        departmentId,
        internalNote: `${marker}: a check of the connection. Nothing to do.`,
        autoClose: true,
      });
      for (let look = 1; look <= lookTimes; look += 1) {
        const notes = await athena.clinicalDocuments(patientId, departmentId);
        if (notes.some(({ internalNote }) => internalNote?.includes(marker)))
          return pass("A note was written to the test patient's chart and read back.");
        if (look < lookTimes) await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      }
      return fail("A note was accepted and is not to be found in the test patient's chart.");
    },
  },
  {
    id: 'athenahealth.closing',
    area,
    needs: ['practice.settings'],
    todo: 'Post a result to the test patient and have it looked at: resultloop doctor --observe-closing DOCUMENT --by PERSON; or switch "closesInAthena" off in settings.json.',
    ask: async (context) => {
      const [{ closesInAthena }, record] = [await context.settings(), await context.closing()];
      const known = record
        ? `closing ${record.publishes ? 'publishes to the portal' : 'does not publish'}, ${
            record.startsResultsCall ? 'starts ResultsCall' : 'starts no ResultsCall'
          }, ${record.countsAsReviewed ? 'counts' : 'does not count'} as a review (observed ${record.observedOn} by ${record.recordedBy})`
        : 'what closing triggers is not recorded';
      if (!closesInAthena) return pass(`resultloop closes nothing in athenaOne; ${known}.`);
      return record
        ? pass(`resultloop closes results in athenaOne; ${known}.`)
        : fail(`Closing is switched on, but ${known}: it stays off (L22).`);
    },
  },
  {
    id: 'athenahealth.results-call',
    area,
    needs: ['athenahealth.token', 'keys.stored-data'],
    todo: 'Ask the practice whether ResultsCall tells its patients. If so set "resultsCall": true in settings.json, else have it switched off in athenaOne: patients would be told twice (L31).',
    ask: async (context) => {
      const { resultsCall, testPatient } = await context.settings();
      const stored = await newestResultsCalls(context.store(), (await context.practice()).id);
      const ofTest = testPatient
        ? await (await client(context)).labResultsOfPatient(testPatient.chartId, testPatient.departmentId)
        : null;
      const routes = [
        ...stored,
        ...(ofTest?.results ?? []).map((o) => isResultsCall(o.raw['documentroute'])),
      ];
      const called = routes.filter(Boolean).length;
      if (called > 0 && !resultsCall)
        return fail(
          `Set off, and ${called} of the newest ${routes.length} results were routed to ResultsCall.`,
        );
      if (routes.length === 0)
        return warn(
          `Set ${resultsCall ? 'on' : 'off'}; there is no result yet to judge it by.`,
          'Run doctor again after the first results, or post one to the test patient.',
        );
      return pass(
        `Set ${resultsCall ? 'on' : 'off'}; ${called} of the newest ${routes.length} results were routed to it.`,
      );
    },
  },
];

function judgeScopes({ granted, missing }: Grants) {
  if (granted === null) return pass('The token does not say its scopes; the probes below tell.');
  if (missing.length > 0) return fail(`Not granted: ${missing.join(', ')}.`);
  return pass('Every scope that was asked for is granted.');
}
