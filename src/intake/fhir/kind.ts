/** What a report or an Observation is: laboratory, imaging, pathology, or no result at all (L5b). */
import { starterRules } from '../../domain/library/starter-rules.js';
import type { ReportKind } from '../../domain/result/report.js';
import { codesOf, testOf, wordsOf } from './concepts.js';
import type { Concept } from './shapes.js';

/** HL7 table 0074, observation-category, and the LOINC part codes that US Core uses as categories. */
const lab = new Set(
  'LAB LABORATORY CH HM MB SR IMM BLB BG MCB MYC PAR VR TX TOX OSL GE CG URN COAG HEM LP29693-6 26436-6 108252007 15220000 252275004'.split(
    ' ',
  ),
);
const pathology = new Set('PAT SP CP CY PATHOLOGY LP7839-6 27898-6 11526-1 394595002 108257001'.split(' '));
const imaging = new Set(
  'RAD IMG IMAGING RUS OUS VUS CUS CT CTH MR NMR MRI NMS RX XRC US EC EN PF CARDIOLOGY PROCEDURE LP29684-5 LP29708-2 18726-0 18748-4 394914008 363679005 394579002'.split(
    ' ',
  ),
);
/** What laboratories measure, whatever category a sender puts it in. */
const analytes = new Set(starterRules.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc]));

/** Measured or asked at the bedside, not by a laboratory. */
const noResult = new Set(
  (
    'VITAL-SIGNS SOCIAL-HISTORY SURVEY EXAM THERAPY ACTIVITY SDOH FUNCTIONAL-STATUS DISABILITY-STATUS COGNITIVE-STATUS ' +
    'CARE-EXPERIENCE-PREFERENCE TREATMENT-INTERVENTION-PREFERENCE OBSERVATION-ADI-DOCUMENTATION ' +
    // Clinical notes sent as reports.
    '34117-2 51847-2 11488-4 18842-5 28570-0 11506-3 34133-9 11503-0'
  ).split(' '),
);

/** The same as texts, as senders without codes write them. */
const bedsideWords = new Set(['VITAL SIGNS', 'SOCIAL HISTORY', 'SIGNS AND SYMPTOMS', 'SURVEY', 'EXAM']);

/** Vital signs, scores of the newborn and coma scale: sent without a category at times. */
const bedsideLoinc = new Set(
  (
    '85353-1 85354-9 96607-7 8480-6 8462-4 8478-0 55284-4 8867-4 9279-1 8310-5 8331-1 8302-2 8306-3 29463-7 3141-9 39156-5 ' +
    '59576-9 77606-2 8287-5 9843-4 2708-6 59408-5 72514-3 9269-2 9267-6 9268-4 9270-0 9271-8 9272-6 9273-4 9274-2'
  ).split(' '),
);
/** The same by local name: vital signs, measures of the body, pain. */
const bedsideName =
  /\b(heart rate|pulse|blood pressure|bp|systolic|diastolic|respiratory rate|respirations?|body temperature|temperature|temp|height|weight|bmi|body mass index|head circumference|oxygen saturation|spo2|pain (?:score|scale|level)|smoking status)\b/i;

const pathologyLoinc = new Set(
  (
    '10524-7 18500-9 33717-0 47527-7 47528-5 19762-4 19764-0 19765-7 19766-5 19774-9 11526-1 11529-5 22634-0 22636-5 ' +
    '22637-3 22635-7 22633-2 22638-1 22639-9 27898-6 34574-4 60567-5 60568-3 60570-9 65753-6 66117-3'
  ).split(' '),
);

const pathologyWords =
  /\b(cytolog\w*|histolog\w*|histopatholog\w*|biops\w*|pathology|pap (?:smear|test)|papanicolaou|autops\w*)\b/i;
const imagingWords =
  /\b(x-?ray|radiograph\w*|radiolog\w*|ultrasound|ultrasonograph\w*|sonogra\w*|computed tomograph\w*|tomograph\w*|ct (?:of|scan|head|chest|abdomen|brain)|mri|magnetic resonance|mammogra\w*|dxa|dexa|bmd|bone dens\w*|echocardiogra\w*|electrocardiogra\w*|ecg|ekg|fluoroscop\w*|(?:[1-4]|one|two|three|four) views?|angiogra\w*|scintigra\w*|pet scan)\b/i;

/** True for the name of something measured or asked at the bedside. */
export function isBedsideName(name: string): boolean {
  return bedsideName.test(name);
}

export type ObservedKind = ReportKind | 'no-result';

/** True where a category names a laboratory, not only where none speaks against it. */
export function isOfLaboratory(category: readonly Concept[]): boolean {
  return codesOf(category).some((code) => lab.has(code));
}

/** Unknown categories count as laboratory: a result too many goes to a person, one too few to nobody. */
export function kindOf(category: readonly Concept[], code: Concept | null): ObservedKind {
  const said = [...codesOf(category), ...category.flatMap((one) => one.text?.trim().toUpperCase() ?? [])];
  const has = (set: ReadonlySet<string>) => said.some((one) => set.has(one));
  const loinc = codesOf([code]);
  const name = [
    testOf(code).name,
    wordsOf(code) ?? '',
    ...(code?.coding ?? []).map((one) => one.display ?? ''),
  ].join(' ');
  if (has(pathology) || loinc.some((one) => pathologyLoinc.has(one))) return 'pathology';
  if (has(imaging) && !has(lab)) return 'imaging';
  const isAnalyte = loinc.some((code) => analytes.has(code));
  if (!has(lab) && !isAnalyte && (has(noResult) || has(bedsideWords))) return 'no-result';
  if (pathologyWords.test(name)) return 'pathology';
  if (has(lab)) return 'lab';
  if (loinc.some((one) => bedsideLoinc.has(one))) return 'no-result';
  return imagingWords.test(name) ? 'imaging' : 'lab';
}
