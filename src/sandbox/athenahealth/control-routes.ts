import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  ControlError,
  controlErrorHandler,
  needTenant,
  parseJsonBodies,
  requireLoopback,
} from '../shared/control-routes.js';
import type { Tenants } from '../shared/tenant.js';
import { patchResult, postResult } from './change.js';
import { readChart } from './chart.js';
import type { ResultClass, ResultDocument } from './document.js';
import { feedNames } from './feed-events.js';
import {
  labResultPatchSchema,
  labResultSchema,
  patientSchema,
  settingsSchema,
  tenantSchema,
} from './seed.js';
import { AthenaTenant } from './tenant.js';
import type { Tokens } from './tokens.js';

const oneOrMany = <T extends z.ZodType>(schema: T) =>
  z.union([z.array(schema), schema.transform((one) => [one])]);

const resultKinds: readonly { path: string; documentclass: ResultClass; ids: string }[] = [
  { path: 'labresults', documentclass: 'LABRESULT', ids: 'labresultids' },
  { path: 'imagingresults', documentclass: 'IMAGINGRESULT', ids: 'imagingresultids' },
];

const loseSchema = z.object({
  feed: z
    .enum(feedNames as [(typeof feedNames)[number], ...(typeof feedNames)[number][]])
    .default('labresults'),
  rows: z.number().int().positive().default(1),
  /** Whether the replay window still knows them; otherwise only the patients' lists do. */
  replayable: z.boolean().default(false),
});

/** Control calls of this sandbox: seeding, arriving results, staff inside athenaOne, the chart as it stands. */
export function athenaControlRoutes(tenants: Tenants<AthenaTenant>, tokens: Tokens) {
  return async (app: FastifyInstance): Promise<void> => {
    parseJsonBodies(app);
    app.addHook('onRequest', requireLoopback);
    app.setErrorHandler(controlErrorHandler);

    app.put('/tenants/:id', async (request) => {
      const { id } = request.params as { id: string };
      const seed = tenantSchema.parse(request.body);
      let tenant = tenants.get(id);
      if (!tenant) {
        if (!seed.clientId || !seed.clientSecret)
          throw new ControlError(400, 'A new tenant needs clientId and clientSecret.');
        if (!/^\d+$/.test(id)) throw new ControlError(400, 'The tenant id is the practice id: digits only.');
        tenant = tenants.add(new AthenaTenant(id));
      }
      if (seed.clientId && seed.clientSecret)
        tenant.addCredential({ clientId: seed.clientId, clientSecret: seed.clientSecret });
      for (const credential of seed.moreCredentials) tenant.addCredential(credential);
      if (seed.clock) tenant.setClock(seed.clock);
      tenant.settings = settingsSchema.strict().parse({ ...tenant.settings, ...seed.settings });
      for (const department of seed.departments) tenant.departments.set(department.departmentid, department);
      for (const provider of seed.providers) tenant.providers.set(provider.providerid, provider);
      for (const patient of seed.patients) tenant.patients.set(patient.patientid, patient);
      for (const order of seed.orders) {
        tenant.orders.set(order.orderid, order);
        tenant.notice('orders', 'AddOrder', order.orderid, order.departmentid ?? null);
      }
      for (const appointment of seed.appointments) {
        tenant.appointments.set(appointment.appointmentid, appointment);
        const { appointmentid, departmentid } = appointment;
        tenant.notice('appointments', 'ScheduleAppointment', appointmentid, departmentid ?? null);
      }
      return { id };
    });

    app.post('/tenants/:id/patients', async (request) => {
      const tenant = needTenant(tenants, request);
      const patients = oneOrMany(patientSchema).parse(request.body);
      for (const patient of patients) {
        tenant.patients.set(patient.patientid, patient);
        tenant.patientChanged(patient.patientid, 'AddPatient');
      }
      return { patientids: patients.map((patient) => patient.patientid) };
    });

    app.patch('/tenants/:id/patients/:pid', async (request) => {
      const tenant = needTenant(tenants, request);
      const { pid } = request.params as { pid: string };
      const patient = tenant.patients.get(pid);
      if (!patient) throw new ControlError(404, 'Unknown patient: post it first.');
      Object.assign(patient, patientSchema.partial().parse(request.body));
      if (patient.mergedinto) moveChart(tenant, pid, patient.mergedinto);
      else tenant.patientChanged(pid, 'UpdatePatient');
      tenant.record('patient-changed', { patientid: pid });
      return { ok: true };
    });

    for (const { path, documentclass, ids } of resultKinds) {
      app.post(`/tenants/:id/${path}`, async (request) => {
        const tenant = needTenant(tenants, request);
        const arrivals = oneOrMany(labResultSchema).parse(request.body);
        return { [ids]: arrivals.map((arrival) => postResult(tenant, documentclass, arrival).id) };
      });

      app.patch(`/tenants/:id/${path}/:documentid`, async (request) => {
        const tenant = needTenant(tenants, request);
        const { documentid } = request.params as { documentid: string };
        const document = tenant.documents.get(Number(documentid));
        if (document?.documentclass !== documentclass)
          throw new ControlError(404, 'Unknown result: post it first.');
        patchResult(tenant, document as ResultDocument, labResultPatchSchema.parse(request.body));
        return { ok: true };
      });
    }

    app.post('/tenants/:id/feeds/lose', async (request) => {
      const tenant = needTenant(tenants, request);
      const { feed, rows, replayable } = loseSchema.parse(request.body);
      const now = tenant.practiceNow();
      const lost = tenant.feedsOf(feed).flatMap((one) => one.lose(rows, replayable, now));
      tenant.record('feed-rows-lost', { feed, rows: lost, replayable });
      return { lost };
    });

    app.get('/tenants/:id/chart/:pid', async (request) => {
      const { pid } = request.params as { pid: string };
      return { documents: readChart(needTenant(tenants, request), pid) };
    });

    app.get('/tenants/:id/chart', async (request) => ({
      documents: readChart(needTenant(tenants, request)),
    }));

    app.post('/tenants/:id/tokens/expire', async (request) => {
      const tenant = needTenant(tenants, request);
      tokens.expireAll((clientId) => tenant.hasCredential(clientId));
      return { ok: true };
    });
  };
}

/** A merge is for ever: the chart of the lost record goes to the survivor (reference §6). */
function moveChart(tenant: AthenaTenant, from: string, to: string): void {
  for (const document of tenant.documentsOf(from)) {
    document.patientid = to;
    tenant.changed(document, 'Update', 'STAFF');
  }
  tenant.patientChanged(to, 'MergePatient');
}
