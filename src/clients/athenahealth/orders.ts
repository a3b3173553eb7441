import { z } from 'zod';
import { pathOf } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { id, record, text } from './fields.js';
import { readTime } from './times.js';
import type { Transport } from './transport.js';

/** An order as far as results need it: whose result is still missing, and what a result belongs to. */
export interface AthenaOrder {
  readonly orderId: string;
  readonly patientId: string | null;
  readonly departmentId: string | null;
  readonly providerId: string | null;
  readonly description: string | null;
  /** `LAB`, `IMAGING` …, upper case. */
  readonly orderType: string | null;
  readonly state: string | null;
  /** Epoch ms. */
  readonly orderedAt: number | null;
  readonly raw: JsonRecord;
}

export interface Orders {
  /** Orders without a result yet; of one patient, or of all. Their shape was never recorded. */
  outstanding(filter?: {
    readonly patientId?: string;
    readonly departmentId?: string;
  }): Promise<readonly AthenaOrder[]>;
  /** The order behind a result's `tietoorderid`, or `null`. */
  read(patientId: string, orderId: string): Promise<AthenaOrder | null>;
}

const shape = z.object({
  orderid: id,
  documentid: id,
  patientid: id,
  departmentid: id,
  providerid: id,
  description: text,
  documentdescription: text,
  ordertype: text,
  documentsubclass: text,
  status: text,
  ordereddatetime: text,
  dateordered: text,
  createddatetime: text,
  createddate: text,
});

export function createOrders(transport: Transport): Orders {
  return {
    async outstanding({ patientId, departmentId } = {}) {
      const query = { patientid: patientId, departmentid: departmentId };
      const rows = await transport.all('order.outstanding', '/orders/outstanding', 'orders', query);
      return rows.flatMap((row) => {
        const parsed = record.safeParse(row);
        const order = parsed.success ? readOrder(parsed.data) : null;
        return order ? [order] : [];
      });
    },
    async read(patientId, orderId) {
      const path = pathOf`/patients/${patientId}/documents/order/${orderId}`;
      const raw = await transport.one('order.read', path);
      return raw && readOrder({ orderid: orderId, ...raw });
    },
  };
}

function readOrder(raw: JsonRecord): AthenaOrder | null {
  const row = shape.parse(raw);
  const orderId = row.orderid ?? row.documentid;
  if (orderId === null) return null;
  return {
    orderId,
    patientId: row.patientid,
    departmentId: row.departmentid,
    providerId: row.providerid,
    description: row.description ?? row.documentdescription,
    orderType: (row.ordertype ?? row.documentsubclass)?.trim().toUpperCase() ?? null,
    state: row.status?.trim().toUpperCase() ?? null,
    orderedAt:
      readTime(row.ordereddatetime ?? row.dateordered ?? row.createddatetime ?? row.createddate)?.at ?? null,
    raw,
  };
}
