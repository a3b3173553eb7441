import type { AthenaLabResultSeed, AthenaObservationSeed } from '../../src/sandbox/athenahealth/control.js';

let order = 7_000_000;

function row(
  analytename: string,
  loinc: string,
  value: string,
  units: string,
  referencerange: string,
  abnormalflag?: string,
): AthenaObservationSeed {
  return {
    analytename,
    loinc,
    value,
    units,
    referencerange,
    resultstatus: 'final',
    ...(abnormalflag && { abnormalflag }),
  };
}

/** A basic metabolic panel; potassium and glucose as wanted, everything else inside its range. */
export function bmp(
  patientid: string,
  options: {
    potassium?: string;
    glucose?: string;
    providerid?: number;
    collectedAt?: number;
    orderid?: number;
    accession?: string;
  } = {},
): AthenaLabResultSeed {
  order += 1;
  const { potassium = '4.2', glucose = '88' } = options;
  const flag = (value: string, low: number, high: number) =>
    Number(value) > high ? 'high' : Number(value) < low ? 'low' : undefined;
  return {
    patientid,
    departmentid: '150',
    providerid: options.providerid ?? 71,
    tietoorderid: options.orderid ?? order,
    externalaccessionid: options.accession ?? `A26-${order}`,
    description: 'BMP, serum or plasma',
    labresultloinc: '24321-2',
    resultstatus: 'Final',
    observationdatetime: options.collectedAt ?? Date.parse('2026-03-01T14:40:00Z'),
    documentsource: 'INTERFACE',
    observations: [
      row('glucose', '2345-7', glucose, 'mg/dL', '65-99', flag(glucose, 65, 99)),
      row('urea nitrogen', '3094-0', '14', 'mg/dL', '8-27'),
      row('creatinine', '2160-0', '0.81', 'mg/dL', '0.57-1.00'),
      row('sodium', '2951-2', '140', 'mmol/L', '134-144'),
      row('potassium', '2823-3', potassium, 'mmol/L', '3.5-5.2', flag(potassium, 3.5, 5.2)),
      row('chloride', '2075-0', '101', 'mmol/L', '96-106'),
      row('carbon dioxide', '2028-9', '25', 'mmol/L', '20-29'),
      row('calcium', '17861-6', '9.4', 'mg/dL', '8.7-10.3'),
    ],
  };
}
