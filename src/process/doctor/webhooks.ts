import { newId } from '../../security/tokens.js';
import { fail, pass, type Check } from './check.js';
import type { DoctorContext } from './context.js';

const timeoutMs = 10_000;

/** Whether vendors and patients who call the public address come out at this product. */
export const webhookChecks: readonly Check<DoctorContext>[] = [
  {
    id: 'webhooks.public-address',
    area: 'webhooks',
    needs: ['practice.settings'],
    todo: 'Let publicBaseUrl of settings.json lead to the web process: name, certificate, proxy (it must leave the path as it is). Then run doctor again.',
    ask: async (context) => {
      const { publicBaseUrl } = await context.settings();
      // Unsigned and for nobody: who refuses it for its signature knows webhooks. Nothing is stored.
      const answer = await knock(`${publicBaseUrl}/webhooks/spruce/${newId()}`);
      if (answer === null) return fail(`${publicBaseUrl} cannot be reached from here.`);
      return answer.status === 403 && answer.text.includes('signature')
        ? pass(`${publicBaseUrl} leads to resultloop, and what is not signed is refused.`)
        : fail(`${publicBaseUrl} answers, but not as resultloop does (${answer.status}).`);
    },
  },
];

async function knock(url: string): Promise<{ readonly status: number; readonly text: string } | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}
