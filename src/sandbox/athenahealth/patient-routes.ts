import { refused } from './errors.js';
import { notFound } from './gateway.js';
import type { V1Call, V1Route } from './gateway.js';
import { pageOf } from './page.js';
import { booleanOf, integerOf, readInteger, requireFields } from './params.js';
import type { Params } from './params.js';
import { renderPatient, without } from './render.js';
import type { Department, Patient } from './seed.js';

/** Patients, providers, departments and `ping` (reference §2, §6, §7). */
export function patientRoutes(route: V1Route): void {
  route('GET', '/ping', () => ({ Pong: 'true' }));

  route('GET', '/patients/:patientid', (call) => {
    const patient = findPatient(call);
    requireLocalCopy(call, patient, call.query);
    call.tenant.record('patient-read', { patientid: patient.patientid });
    return [renderPatient(call.tenant, patient, booleanOf(call.query, 'showpreviouspatientids'))];
  });

  route('GET', '/providers', (call) =>
    pageOf('providers', [...call.tenant.providers.values()], call.path, call.query),
  );
  route('GET', '/providers/:providerid', (call) => {
    const provider = call.tenant.providers.get(readInteger(call.params.providerid ?? ''));
    if (!provider) throw notFound('provider');
    return [provider];
  });

  route('GET', '/departments', (call) => {
    const all = booleanOf(call.query, 'showalldepartments');
    const shown = [...call.tenant.departments.values()].filter((department) => all || !department.ishidden);
    return pageOf('departments', shown.map(renderDepartment), call.path, call.query);
  });
  route('GET', '/departments/:departmentid', (call) => {
    const department = call.tenant.departments.get(String(readInteger(call.params.departmentid ?? '')));
    if (!department) throw notFound('department');
    return [renderDepartment(department)];
  });
}

/** The patient in the path. Merged-out ids are 404 (what athenahealth answers is not documented). */
export function findPatient(call: V1Call): Patient {
  const id = String(readInteger(call.params.patientid ?? ''));
  const patient = call.tenant.patients.get(id);
  if (!patient || patient.mergedinto) throw notFound('patient');
  if (patient.restricted && !booleanOf(call.query, 'ignorerestrictions'))
    throw refused(403, 'Access to this patient is restricted.');
  return patient;
}

/** The patient in the path, for calls that need a `departmentid` in the query or form. */
export function findPatientInDepartment(
  call: V1Call,
  params: Params,
  required: readonly string[] = [],
): Patient {
  requireFields(params, ['departmentid', ...required]);
  const patient = findPatient(call);
  requireLocalCopy(call, patient, params);
  return patient;
}

function requireLocalCopy({ tenant }: V1Call, patient: Patient, params: Params): void {
  const departmentId = integerOf(params, 'departmentid');
  const isUnknown = departmentId !== undefined && !tenant.departments.has(String(departmentId));
  const isElsewhere = tenant.settings.enterprise && patient.departmentid !== String(departmentId ?? '');
  if (isUnknown || isElsewhere)
    throw refused(400, 'The specified patient does not exist in that department.');
}

function renderDepartment(department: Department): Record<string, unknown> {
  return without(department, ['ishidden']);
}
