import { readFileSync } from 'node:fs';

const folder = 'test/data/specs/athenahealth';
const load = <T>(name: string): T => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as T;

interface Param {
  readonly name: string;
  readonly required?: boolean;
}

/** One operation of the list of v1 endpoints. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly permissionedRollout?: boolean;
  readonly params?: readonly Param[];
}

export const { endpoints } = load<{ endpoints: readonly Endpoint[] }>('v1-endpoints-2023.json');

/** The listed operation behind a path; the one with the fewest variables when several fit. */
export function endpointOf(method: string, path: string): Endpoint | undefined {
  return endpoints
    .filter((one) => one.method === method && patternOf(one.path).test(path))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

function patternOf(path: string): RegExp {
  return new RegExp(
    `^${path.replace(/\{[^}]+\}/g, (name) => (name === '{staffusername}' || name === '{username}' ? '[^/]+' : '\\d+'))}$`,
  );
}

interface Capability {
  readonly type: string;
  readonly interaction?: readonly { readonly code: string }[];
  readonly searchParam?: readonly { readonly name: string }[];
  readonly extension?: readonly {
    readonly url: string;
    readonly extension?: readonly { readonly url: string; readonly valueString?: string }[];
  }[];
}

const capabilities = load<{ rest: readonly { resource: readonly Capability[] }[] }>(
  'fhir-capabilitystatement.json',
).rest.flatMap(({ resource }) => resource);

/** Why the CapabilityStatement does not allow a call, or nothing. */
export function fhirProblems(
  method: string,
  path: string,
  query: Readonly<Record<string, string>>,
): string[] {
  const [type = '', id] = path.replace('/fhir/r4/', '').split('/');
  const resource = capabilities.find((one) => one.type === type);
  if (!resource) return [`${type} is not in the CapabilityStatement`];
  const wanted = method !== 'GET' ? 'create' : id === undefined ? 'search-type' : 'read';
  const problems: string[] = [];
  if (!resource.interaction?.some(({ code }) => code === wanted))
    problems.push(`${type} does not allow ${wanted}`);
  const known = (resource.searchParam ?? []).map(({ name }) => name);
  for (const name of Object.keys(query))
    if (!known.includes(name)) problems.push(`${type} has no search parameter ${name}`);
  const required = (resource.extension ?? [])
    .filter(({ url }) => url.endsWith('ah-search-parameter-metadata'))
    .flatMap(({ extension }) => extension ?? [])
    .filter(({ url }) => url === 'requiredAnySearchParams')
    .map(({ valueString }) => (valueString ?? '').split(/,\s*/));
  if (
    wanted === 'search-type' &&
    required.length > 0 &&
    !required.some((all) => all.every((name) => name in query))
  )
    problems.push(`${type} needs one of ${required.map((all) => all.join('+')).join(' | ')}`);
  return problems;
}

/** athenahealth's SMART configuration, as far as token calls are concerned. */
export const smart = load<{
  token_endpoint: string;
  grant_types_supported: readonly string[];
  token_endpoint_auth_methods_supported: readonly string[];
}>('smart-configuration.json');

/** The event platform is not in the CapabilityStatement; this is what its own documentation lists (§3). */
export const eventCalls = [
  'GET SubscriptionTopic',
  'GET Subscription',
  'POST Subscription',
  'DELETE Subscription',
];

/** Forms of recorded answers: path of a field to its forms, `!` = in every recorded one. */
type Shape = Readonly<Record<string, string>>;
export const recorded = load<{
  shapes: Readonly<Record<string, { sources: readonly string[]; native?: Shape; text?: Shape }>>;
}>('recorded-shapes.json').shapes;
