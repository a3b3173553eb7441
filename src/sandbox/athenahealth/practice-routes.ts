import type { ChartDocument } from './document.js';
import { idField } from './document.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { pageOf } from './page.js';
import { readInteger, requireFields } from './params.js';
import type { Params } from './params.js';
import { findPatient } from './patient-routes.js';
import type { Appointment } from './seed.js';
import type { AthenaTenant } from './tenant.js';

/** Orders, appointments, inboxes and what is known of the practice itself (reference §2, §7, §11). */
export function practiceRoutes(route: V1Route): void {
  route('GET', '/practiceinfo', (call) => ({
    practiceinfo: [
      {
        practiceid: call.tenant.id,
        name: 'Sandbox Practice',
        golivedate: '01/01/2020',
        experiencemode: 'STANDARD',
        hasclinicals: true,
        hascollector: true,
        hascommunicator: true,
        iscoordinatorsender: false,
        iscoordinatorreceiver: false,
      },
    ],
    totalcount: 1,
  }));
  orderRoutes(route);
  appointmentRoutes(route);
  inboxRoutes(route);
}

function orderRoutes(route: V1Route): void {
  route('GET', '/orders/outstanding', (call) => {
    const { tenant, query } = call;
    const answered = new Set(
      [...tenant.documents.values()].map((one) => String(one.fields.tietoorderid ?? '')),
    );
    const rows = [...tenant.orders.values()]
      .filter((order) => !answered.has(order.orderid))
      .filter((order) => !query.patientid || order.patientid === query.patientid)
      .filter((order) => !query.departmentid || order.departmentid === query.departmentid);
    return pageOf('orders', rows, call.path, query);
  });
  route('GET', '/patients/:patientid/documents/order/:orderid', (call) => {
    const order = call.tenant.orders.get(String(readInteger(call.params.orderid ?? '')));
    if (!order || order.patientid !== findPatient(call).patientid) throw notFound('document');
    return [order];
  });
}

function appointmentRoutes(route: V1Route): void {
  route('GET', '/appointments/booked', (call) => {
    requireFields(call.query, ['startdate', 'enddate']);
    const { startdate, enddate, departmentid, patientid, providerid, showcancelled } = call.query;
    const rows = [...call.tenant.appointments.values()]
      .filter(
        (one) =>
          sortable(one.date) >= sortable(startdate ?? '') && sortable(one.date) <= sortable(enddate ?? ''),
      )
      .filter((one) => one.patientid !== undefined)
      .filter((one) => !departmentid || one.departmentid === departmentid)
      .filter((one) => !patientid || one.patientid === patientid)
      .filter((one) => !providerid || String(one.providerid) === providerid)
      .filter((one) => one.appointmentstatus !== 'x' || isYes(showcancelled));
    return pageOf('appointments', rows, call.path, call.query);
  });
  route('GET', '/patients/:patientid/appointments', (call) => {
    const { patientid } = findPatient(call);
    const { showcancelled, showpast } = call.query;
    const today = sortable(todayOf(call.tenant));
    const rows = [...call.tenant.appointments.values()]
      .filter((one) => one.patientid === patientid)
      .filter((one) => one.appointmentstatus !== 'x' || isYes(showcancelled))
      .filter((one) => sortable(one.date) >= today || isYes(showpast))
      .map((one) => without(one, 'patientid'));
    return pageOf('appointments', rows, call.path, call.query);
  });
  route('GET', '/appointments/:appointmentid', (call) => {
    const found = call.tenant.appointments.get(String(readInteger(call.params.appointmentid ?? '')));
    if (!found) throw notFound('appointment');
    return [found];
  });
}

/** The shapes of inboxes were never recorded; these hold what the parameters speak of. */
function inboxRoutes(route: V1Route): void {
  route('GET', '/providers/:providerid/inbox', (call) => {
    const providerId = readInteger(call.params.providerid ?? '');
    return inbox(call, (document) => document.providerid === providerId);
  });
  route('GET', '/providers/:providerid/inbox/counts', (call) => {
    const providerId = readInteger(call.params.providerid ?? '');
    const open = waiting(call.tenant).filter((document) => document.providerid === providerId);
    return { totalcount: open.length };
  });
  route('GET', '/staff/:staffusername/inbox', (call) =>
    inbox(call, (document) => call.tenant.assigneeOf(document) === call.params.staffusername),
  );
  route('GET', '/configuration/inbox/staff', (call) => {
    requireFields(call.query, ['departmentid']);
    const names = [...call.tenant.providers.values()].flatMap((one) => one.providerusername ?? []);
    return { staff: names.map((username) => ({ username })), totalcount: names.length };
  });
  route('GET', '/documentassignment/:documentid', (call) => {
    const document = call.tenant.documents.get(readInteger(call.params.documentid ?? ''));
    if (!document) throw notFound('document');
    return {
      documentstatus: document.status,
      currentassignment: [{ username: call.tenant.assigneeOf(document) }],
      availableforassignment: [],
    };
  });
  route('POST', '/usermessages/:username', (call) => {
    requireFields(call.form, ['message', 'recipientlist', 'subject']);
    call.tenant.record('user-message', { username: call.params.username, subject: call.form.subject });
    return { success: true };
  });
}

function waiting(tenant: AthenaTenant): readonly ChartDocument[] {
  return [...tenant.documents.values()].filter(({ status }) => status !== 'CLOSED' && status !== 'DELETED');
}

function inbox(call: V1Call, isIn: (document: ChartDocument) => boolean): unknown {
  const { query } = call;
  const rows = waiting(call.tenant)
    .filter(isIn)
    .filter((document) => !query.status || document.status === query.status)
    .filter((document) => !query.patientid || document.patientid === query.patientid)
    .map((document) => ({
      [idField(document.documentclass)]: document.id,
      documentclass: document.documentclass,
      inboxcategory: document.result ? 'CLINICALRESULT' : document.documentclass,
      patientid: document.patientid,
      departmentid: document.departmentid,
      status: document.status,
    }))
    .filter((row) => !query.inboxcategory || row.inboxcategory === query.inboxcategory);
  return pageOf('inboxes', rows, call.path, query);
}

function isYes(value: Params[string] | undefined): boolean {
  return value === 'true' || value === 'Y' || value === '1';
}

/** `mm/dd/yyyy` as text that sorts. */
function sortable(date: string): string {
  const [month = '', day = '', year = ''] = date.split('/');
  return `${year}-${month}-${day}`;
}

function todayOf(tenant: AthenaTenant): string {
  const iso = new Date(tenant.practiceNow()).toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`;
}

function without(row: Appointment, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
}
