import { IANAZone } from 'luxon';
import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { id, record, text } from './fields.js';
import type { Transport } from './transport.js';

export interface AthenaProvider {
  readonly providerId: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly displayName: string | null;
  readonly npi: string | null;
  /** Login in athenaOne, as it appears in `assignedto`. */
  readonly username: string | null;
  readonly supervisingProviderId: string | null;
  /** False for rooms, devices and groups that athenahealth lists as providers. */
  readonly isPerson: boolean;
  readonly raw: JsonRecord;
}

export interface AthenaDepartment {
  readonly departmentId: string;
  readonly name: string | null;
  /** The name to use towards patients. */
  readonly patientName: string | null;
  readonly phone: string | null;
  /** IANA name, or `null` when the vendor gave none that is known. */
  readonly timeZone: string | null;
  /** `OFF` = a department without charts. */
  readonly clinicals: string | null;
  readonly providerGroupId: string | null;
  readonly chartSharingGroupId: string | null;
  readonly raw: JsonRecord;
}

const providerShape = z.object({
  providerid: id,
  firstname: text,
  lastname: text,
  displayname: text,
  npi: id,
  providerusername: text,
  supervisingproviderid: id,
  entitytype: text,
});

const departmentShape = z.object({
  departmentid: id,
  name: text,
  patientdepartmentname: text,
  phone: text,
  timezonename: text,
  clinicals: text,
  providergroupid: id,
  chartsharinggroupid: id,
});

/** One provider, or `null`. Leave, cover and on-call are not in the vendor's API: those come from our roster. */
export async function provider(transport: Transport, providerId: string): Promise<AthenaProvider | null> {
  const raw = await transport.one('provider.read', pathOf`/providers/${providerId}`);
  return raw && readProvider(raw);
}

/** All active providers; rows without an id name nobody and are left out. */
export async function providers(transport: Transport): Promise<readonly AthenaProvider[]> {
  return named(await transport.all('provider.list', '/providers', 'providers'), readProvider);
}

/** One department, or `null`. */
export async function department(
  transport: Transport,
  departmentId: string,
): Promise<AthenaDepartment | null> {
  const raw = await transport.one('department.read', pathOf`/departments/${departmentId}`);
  return raw && readDepartment(raw);
}

/** All departments, those hidden from the portal included. */
export async function departments(transport: Transport): Promise<readonly AthenaDepartment[]> {
  const query = { showalldepartments: true };
  return named(await transport.all('department.list', '/departments', 'departments', query), readDepartment);
}

/** Practices that the credentials reach, whatever practice is asked through. */
export async function practices(
  transport: Transport,
): Promise<readonly { readonly practiceId: string; readonly name: string | null }[]> {
  return named(await transport.all('practice.list', '/practiceinfo', 'practiceinfo'), (raw) => {
    const practiceId = id.parse(raw['practiceid']);
    return practiceId === null ? null : { practiceId, name: text.parse(raw['name']) };
  });
}

function readProvider(raw: JsonRecord): AthenaProvider | null {
  const fields = providerShape.parse(raw);
  if (!fields.providerid) return null;
  return {
    providerId: fields.providerid,
    firstName: fields.firstname,
    lastName: fields.lastname,
    displayName: fields.displayname,
    npi: fields.npi,
    username: fields.providerusername,
    supervisingProviderId: fields.supervisingproviderid,
    isPerson: fields.entitytype === null || fields.entitytype.trim().toLowerCase() === 'person',
    raw,
  };
}

function readDepartment(raw: JsonRecord): AthenaDepartment | null {
  const fields = departmentShape.parse(raw);
  if (!fields.departmentid) return null;
  const zone = fields.timezonename?.trim() ?? null;
  return {
    departmentId: fields.departmentid,
    name: fields.name,
    patientName: fields.patientdepartmentname,
    phone: fields.phone,
    timeZone: zone !== null && IANAZone.isValidZone(zone) ? zone : null,
    clinicals: fields.clinicals,
    providerGroupId: fields.providergroupid,
    chartSharingGroupId: fields.chartsharinggroupid,
    raw,
  };
}

function named<T>(rows: readonly unknown[], read: (raw: JsonRecord) => T | null): readonly T[] {
  return rows.flatMap((row) => {
    const parsed = record.safeParse(row);
    const item = parsed.success ? read(parsed.data) : null;
    return item === null ? [] : [item];
  });
}
