import { invalidEnum, invalidValue, missingFields, V1Error } from './errors.js';

/** Query or form parameters; everything arrives as text. */
export type Params = Readonly<Record<string, string>>;

/** @throws V1Error 400 listing all of `names` that are absent or empty. */
export function requireFields(params: Params, names: readonly string[]): void {
  const missing = names.filter((name) => !params[name]);
  if (missing.length > 0) throw missingFields(missing);
}

/** @throws V1Error 400 unless the text is a whole number. */
export function readInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw invalidValue('type integer', text);
  return Number(text);
}

/** An optional whole number. */
export function integerOf(params: Params, name: string): number | undefined {
  const text = params[name];
  return text ? readInteger(text) : undefined;
}

/** `true` or `false` as text; absent = false. */
export function booleanOf(params: Params, name: string): boolean {
  const text = params[name];
  if (!text || text === 'false') return false;
  if (text !== 'true') throw invalidValue('type boolean', text);
  return true;
}

/** A list that travels as JSON text in one field (some also come with commas); absent = `null`. */
export function listOf(params: Params, name: string): unknown[] | null {
  const text = params[name];
  if (!text) return null;
  if (!text.startsWith('[')) return text.split(',');
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    throw invalidValue('type array', text);
  }
}

/** @throws V1Error 400 unless the value is one of `allowed`, case-sensitively. */
export function requireEnum(params: Params, name: string, field: string, allowed: RegExp): void {
  const text = params[name] ?? '';
  if (!allowed.test(text)) throw invalidEnum(field, text);
}

/** @throws V1Error 400 when a text is longer than athenahealth stores. */
export function limitLength(params: Params, name: string, most: number): void {
  if ((params[name]?.length ?? 0) > most)
    throw new V1Error(400, { invalidfields: [name], error: 'The data provided is invalid.' });
}
