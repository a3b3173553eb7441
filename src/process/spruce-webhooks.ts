import { webhookUrlOf } from '../activities/spruce-round.js';
import { ourWebhooks, type SpruceClient, type WebhookState } from '../clients/spruce/index.js';
import { changeConnections, loadPractice, type Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';

/**
 * Registers a further webhook endpoint that leads to us and keeps its signing secret, which Spruce shows this once.
 * Endpoints there are stay: both are heard until {@link retireOldWebhooks}, so that nothing is lost in between.
 * @throws VendorError
 */
export async function addWebhook(
  store: Store,
  practice: Practice,
  spruce: SpruceClient,
): Promise<{ readonly endpointId: string }> {
  const { endpointId, secret } = await spruce.registerWebhook({
    name: 'resultloop',
    url: webhookUrlOf(practice),
  });
  await changeConnections(store, practice.id, (connections) => ({
    ...connections,
    spruce: {
      ...connections.spruce,
      webhookSecrets: [secret, ...connections.spruce.webhookSecrets],
      webhookEndpointId: endpointId,
    },
  }));
  return { endpointId };
}

/**
 * Deletes the endpoints that lead to us but for the one that was added last, and forgets their secrets: what is signed
 * with one of them is refused from now on. What they had not delivered yet is read back by the next round.
 * @throws VendorError
 */
export async function retireOldWebhooks(
  store: Store,
  practiceId: string,
  spruce: SpruceClient,
): Promise<{ readonly retired: number } | { readonly missing: 'endpoint' }> {
  const practice = await loadPractice(store, practiceId);
  const { webhookEndpointId } = practice.connections.spruce;
  const { ours } = await ourWebhooks(spruce, webhookUrlOf(practice));
  if (!ours.some((one) => one.endpointId === webhookEndpointId && one.isEnabled))
    return { missing: 'endpoint' };
  const old = ours.filter((one) => one.endpointId !== webhookEndpointId);
  for (const { endpointId } of old) await spruce.deleteWebhook(endpointId);
  await changeConnections(store, practiceId, (connections) => ({
    ...connections,
    spruce: { ...connections.spruce, webhookSecrets: connections.spruce.webhookSecrets.slice(0, 1) },
  }));
  return { retired: old.length };
}

/** The endpoints that lead to us, as Spruce has them. @throws VendorError */
export function webhooksNow(practice: Practice, spruce: SpruceClient): Promise<WebhookState> {
  return ourWebhooks(spruce, webhookUrlOf(practice));
}
