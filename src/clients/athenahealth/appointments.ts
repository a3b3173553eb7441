import { z } from 'zod';
import { pathOf } from '../http/index.js';
import { vendorDate } from './chart-lists.js';
import type { JsonRecord } from './fields.js';
import { count, id, record, text } from './fields.js';
import type { Transport } from './transport.js';

export type AppointmentState =
  | 'cancelled'
  /** Also past and never checked in. */
  | 'future'
  | 'open'
  | 'checked-in'
  | 'checked-out'
  | 'charge-entered'
  | 'unknown';

/** An appointment, for the back-stop: who was here and should have results by now. */
export interface AthenaAppointment {
  readonly appointmentId: string;
  readonly patientId: string | null;
  readonly providerId: string | null;
  readonly departmentId: string | null;
  readonly state: AppointmentState;
  /** `YYYY-MM-DDTHH:mm` on the wall of the department: not Eastern, and without an offset (API reference §2). */
  readonly startsAt: string | null;
  readonly minutes: number | null;
  readonly raw: JsonRecord;
}

export interface Appointments {
  /** Booked ones of a span of days (`YYYY-MM-DD`, both included), of one department, or of all. */
  booked(filter: {
    readonly from: string;
    readonly to: string;
    readonly departmentId?: string;
    readonly patientId?: string;
    readonly withCancelled?: boolean;
  }): Promise<readonly AthenaAppointment[]>;
  ofPatient(
    patientId: string,
    options?: { readonly withPast?: boolean; readonly withCancelled?: boolean },
  ): Promise<readonly AthenaAppointment[]>;
  read(appointmentId: string): Promise<AthenaAppointment | null>;
}

const states: Readonly<Record<string, AppointmentState>> = {
  x: 'cancelled',
  f: 'future',
  o: 'open',
  '2': 'checked-in',
  '3': 'checked-out',
  '4': 'charge-entered',
};

const shape = z.object({
  appointmentid: id,
  patientid: id,
  providerid: id,
  departmentid: id,
  appointmentstatus: text,
  date: text,
  starttime: text,
  duration: count,
});

export function createAppointments(transport: Transport): Appointments {
  const all = async (operation: string, path: string, query: Parameters<Transport['all']>[3]) => {
    const rows = await transport.all(operation, path, 'appointments', query);
    return rows.flatMap((row) => {
      const parsed = record.safeParse(row);
      const appointment = parsed.success ? readAppointment(parsed.data) : null;
      return appointment ? [appointment] : [];
    });
  };
  return {
    booked: ({ from, to, departmentId, patientId, withCancelled }) =>
      all('appointment.booked', '/appointments/booked', {
        startdate: vendorDate(from),
        enddate: vendorDate(to),
        departmentid: departmentId,
        patientid: patientId,
        showcancelled: withCancelled,
      }),
    ofPatient: (patientId, { withPast, withCancelled } = {}) =>
      all('appointment.list', pathOf`/patients/${patientId}/appointments`, {
        // Recorded as letters here, unlike the booked ones.
        showpast: withPast ? 'Y' : undefined,
        showcancelled: withCancelled ? 'Y' : undefined,
      }),
    async read(appointmentId) {
      const raw = await transport.one('appointment.read', pathOf`/appointments/${appointmentId}`);
      return raw && readAppointment(raw);
    },
  };
}

function readAppointment(raw: JsonRecord): AthenaAppointment | null {
  const row = shape.parse(raw);
  if (row.appointmentid === null) return null;
  return {
    appointmentId: row.appointmentid,
    patientId: row.patientid,
    providerId: row.providerid,
    departmentId: row.departmentid,
    state: states[row.appointmentstatus?.trim() ?? ''] ?? 'unknown',
    startsAt: wallTime(row.date, row.starttime),
    minutes: row.duration,
    raw,
  };
}

function wallTime(date: string | null, time: string | null): string | null {
  const day = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(date?.trim() ?? '');
  const hour = /^(\d{1,2}):(\d{2})/.exec(time?.trim() ?? '');
  if (!day) return null;
  return `${day[3]}-${day[1]}-${day[2]}T${(hour?.[1] ?? '0').padStart(2, '0')}:${hour?.[2] ?? '00'}`;
}
