import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { FhirError } from './fhir-gateway.js';
import type { FhirRoute } from './fhir-gateway.js';
import type { AthenaTenant, Change } from './tenant.js';

const platform = 'https://api.platform.athenahealth.com/fhir/r4';
/** athenahealth waits 2 s for an answer. */
const patienceMs = 2_000;
/** Of athenahealth's hour of retries, the first; then a delivery is given up. */
const retriesAfterMs = [0, 200, 1_000, 5_000];

const topics = [
  ...['LabResult.create', 'LabResult.update', 'LabResult.close'],
  ...['ImagingResult.create', 'ImagingResult.update', 'ImagingResult.close'],
  ...['Patient.create', 'Patient.update', 'Patient.merge', 'PatientCase.create', 'PatientCase.update'],
];

interface Subscription {
  readonly id: string;
  readonly topic: string;
  readonly endpoint: string;
  readonly secret: string | null;
  readonly clientId: string;
  readonly resource: Record<string, unknown>;
}

interface Occurrence {
  readonly id: string;
  readonly at: string;
  readonly change: Change;
}

/** Subscriptions and signed deliveries of the event platform (reference §10): at least once, in no order. */
export class EventPlatform {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #waiting = new Map<string, Occurrence[]>();
  #deliveries = 0;

  constructor(private readonly tenant: AthenaTenant) {
    tenant.onChange = (change) => this.#happened(change);
  }

  list(clientId: string): readonly Subscription[] {
    return [...this.#subscriptions.values()].filter((one) => one.clientId === clientId);
  }

  add(subscription: Omit<Subscription, 'id'>): Subscription {
    const added = { ...subscription, id: randomUUID() };
    this.#subscriptions.set(added.id, added);
    this.tenant.record('event-subscribed', { subscriptionId: added.id, topic: added.topic });
    return added;
  }

  remove(id: string): boolean {
    return this.#subscriptions.delete(id);
  }

  #happened(change: Change): void {
    const at = new Date(this.tenant.practiceNow()).toISOString();
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.topic !== change.topic) continue;
      const waiting = this.#waiting.get(subscription.id);
      const occurrence = { id: randomUUID(), at, change };
      if (waiting) waiting.push(occurrence);
      else {
        this.#waiting.set(subscription.id, [occurrence]);
        void this.#send(subscription);
      }
    }
  }

  async #send(subscription: Subscription): Promise<void> {
    const { batchMs, delayMs, copies, dropEvery } = this.tenant.settings.eventDelivery;
    await wait(batchMs, undefined, { ref: false });
    const events = this.#waiting.get(subscription.id) ?? [];
    this.#waiting.delete(subscription.id);
    this.#deliveries += 1;
    const about = { subscriptionId: subscription.id, events: events.map(({ id }) => id) };
    if (dropEvery > 0 && this.#deliveries % dropEvery === 0)
      return this.tenant.record('event-dropped', about);
    const body = JSON.stringify(deliveryOf(this.tenant, subscription, events));
    for (let copy = 0; copy < copies; copy += 1) {
      await wait(delayMs, undefined, { ref: false });
      await this.#deliver(subscription, body, about);
    }
  }

  async #deliver(subscription: Subscription, body: string, about: Record<string, unknown>): Promise<void> {
    for (const pause of retriesAfterMs) {
      await wait(pause, undefined, { ref: false });
      const status = await post(subscription, body, this.tenant.settings.eventDelivery.badSignature);
      this.tenant.record('event-delivered', { ...about, status });
      if (status !== null && status >= 200 && status < 300) return;
    }
    this.tenant.record('event-given-up', about);
  }
}

/** `GET SubscriptionTopic`, `GET`, `POST` and `DELETE Subscription`. */
export function eventRoutes(route: FhirRoute, platformOf: (tenant: AthenaTenant) => EventPlatform): void {
  route('GET', '/SubscriptionTopic', 'system/SubscriptionTopic.read', () => ({
    body: bundle(
      topics.map((topic) => ({
        resourceType: 'SubscriptionTopic',
        id: topic,
        url: `${platform}/SubscriptionTopic/${topic}`,
      })),
    ),
  }));
  route('GET', '/Subscription', 'system/Subscription.read', (call) => ({
    body: bundle(
      platformOf(call.tenant)
        .list(call.clientId)
        .map(({ resource, id }) => ({ ...resource, id })),
    ),
  }));
  route('POST', '/Subscription', 'system/Subscription.write', (call) => {
    const resource = call.body as Record<string, unknown> & { channel?: { endpoint?: string } };
    const topic =
      String(resource.criteria ?? '')
        .split('/')
        .at(-1) ?? '';
    const endpoint = resource.channel?.endpoint;
    if (!topics.includes(topic) || !endpoint)
      throw new FhirError(400, 'invalid', 'Criteria and channel endpoint are required.');
    const secret = call.headers['x-hub-secret'];
    const added = platformOf(call.tenant).add({
      topic,
      endpoint,
      secret: typeof secret === 'string' ? secret : null,
      clientId: call.clientId,
      resource: { ...resource, status: 'active' },
    });
    return { status: 201, body: { ...added.resource, id: added.id } };
  });
  route('DELETE', '/Subscription/:id', 'system/Subscription.write', (call) => {
    if (!platformOf(call.tenant).remove(call.params.id ?? ''))
      throw new FhirError(404, 'not-found', 'The resource could not be found.');
    return { status: 204 };
  });
}

async function post(to: Subscription, body: string, isBad: boolean): Promise<number | null> {
  const signature = createHmac('sha256', isBad ? 'not-the-secret' : (to.secret ?? ''))
    .update(body)
    .digest('hex');
  try {
    const answer = await fetch(to.endpoint, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/fhir+json',
        ...(to.secret !== null && { 'x-hub-signature': `sha256=${signature}` }),
      },
      signal: AbortSignal.timeout(patienceMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

/** The numbers in it count within this one bundle only (reference §10). */
function deliveryOf(
  tenant: AthenaTenant,
  { id, topic }: Subscription,
  events: readonly Occurrence[],
): unknown {
  const request = { method: 'GET', url: `Subscription/${id}/$status` };
  const status = randomUUID();
  const focusOf = ({ type, id: value }: Change) => ({
    identifier: { system: `urn:athenahealth:athenanet:${type}:${tenant.id}`, value },
  });
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: {
      profile: [
        'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-notification',
      ],
    },
    type: 'history',
    timestamp: new Date(tenant.practiceNow()).toISOString(),
    entry: [
      {
        fullUrl: `urn:uuid:${status}`,
        resource: {
          resourceType: 'SubscriptionStatus',
          id: status,
          status: 'active',
          type: 'event-notification',
          eventsSinceSubscriptionStart: String(events.length),
          eventsInNotification: events.length,
          notificationEvent: events.map((event, index) => ({
            id: event.id,
            eventNumber: String(index + 1),
            timestamp: event.at,
            focus: focusOf(event.change),
          })),
          subscription: { reference: `Subscription/${id}` },
          topic: `${platform}/SubscriptionTopic/${topic}`,
        },
        request,
        response: { status: '200' },
      },
      ...events.map((event) => ({
        fullUrl: `urn:uuid:${event.id}`,
        resource: {
          resourceType: 'AuditEvent',
          id: event.id,
          meta: { versionId: '0' },
          extension: extensionsOf(tenant, event.change),
          type: { system: 'https://fhir.athena.io/CodeSystem/SubscriptionTopic', code: topic },
          recorded: event.at,
          agent: [{ who: { identifier: { value: 'INTERFACE' } }, requestor: true }],
          source: { observer: { reference: `Organization/a-1.Practice-${tenant.id}` } },
          entity: [{ what: focusOf(event.change) }],
        },
        request,
        response: { status: '200' },
      })),
    ],
  };
}

function extensionsOf(tenant: AthenaTenant, { patientid, departmentid }: Change): unknown[] {
  return [
    ...(departmentid === null
      ? []
      : [
          {
            url: 'https://fhir.athena.io/StructureDefinition/ah-department',
            valueReference: { reference: `Organization/a-${tenant.id}.Department-${departmentid}` },
          },
        ]),
    ...(patientid === null
      ? []
      : [
          {
            url: 'https://hl7.org/fhir/5.0/StructureDefinition/extension-AuditEvent.patient',
            valueReference: { reference: `Patient/a-${tenant.id}.E-${patientid}` },
          },
        ]),
  ];
}

function bundle(resources: readonly Record<string, unknown>[]): unknown {
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    type: 'searchset',
    total: resources.length,
    entry: resources.map((resource) => ({
      fullUrl: `${platform}/${String(resource.resourceType)}/${String(resource.id)}`,
      resource,
    })),
  };
}
