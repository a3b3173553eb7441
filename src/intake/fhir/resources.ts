/** Every resource of a delivery, and how they point at each other. */
import type { IntakeWarning } from '../received.js';
import { asList, asText, isJson, type Json, type Reference } from './shapes.js';

export interface Resource {
  readonly type: string;
  readonly id: string | null;
  /** As the Bundle names it: an absolute address or `urn:uuid:…`. */
  readonly fullUrl: string | null;
  /** Address of the server, when the Bundle tells it. */
  readonly base: string | null;
  readonly raw: Json;
  /** `null` for a resource of its own, else the one that contains it. */
  readonly container: Resource | null;
  /** The Bundles it lies in, outermost first: ids are looked up in the nearest. */
  readonly scope: readonly number[];
  /** Tags and security labels on it and on the Bundles around it, as `system|code`. */
  readonly labels: readonly string[];
}

export interface Delivery {
  readonly resources: readonly Resource[];
  readonly warnings: readonly IntakeWarning[];
}

/** Bundles in Bundles are met; deeper is nobody's message. */
const deepest = 16;

/** Takes a delivery apart: a resource, an array of them, Bundles (also nested), Parameters; contained ones too. */
export function collectResources(values: readonly unknown[]): Delivery {
  const resources: Resource[] = [];
  const warnings = new Map<string, IntakeWarning>();
  let bundles = 0;
  const warn = (code: string, text: string) => warnings.set(code, { code, text });

  const take = (
    value: unknown,
    fullUrl: string | null,
    scope: readonly number[],
    around: readonly string[],
  ): void => {
    if (scope.length > deepest)
      return void warn('too-deep', 'Bundles are nested too deeply; a part was not read');
    if (Array.isArray(value)) {
      const inner = [...scope, (bundles += 1)];
      return value.forEach((one) => take(one, null, inner, around));
    }
    if (!isJson(value)) return void warn('entry-unreadable', 'An entry is no resource and was not read');
    const type = asText(value['resourceType']);
    if (type === null) return void warn('entry-unreadable', 'An entry has no resourceType and was not read');
    const labels = [...around, ...labelsOf(value)];
    if (type === 'Bundle') return takeBundle(value, scope, labels);
    if (type === 'Parameters') {
      for (const part of asList(value['parameter']))
        if (isJson(part) && part['resource'] !== undefined) take(part['resource'], null, scope, labels);
    }
    if (type === 'OperationOutcome')
      warn('server-outcome', 'The server sent a remark or an error along (OperationOutcome)');
    const resource: Resource = {
      type,
      id: asText(value['id']),
      fullUrl,
      base: baseOf(fullUrl, type),
      raw: value,
      container: null,
      scope,
      labels,
    };
    resources.push(resource);
    for (const one of asList(value['contained'])) {
      const inner = isJson(one) ? asText(one['resourceType']) : null;
      if (!isJson(one) || inner === null)
        warn('entry-unreadable', 'A contained entry is no resource and was not read');
      else
        resources.push({
          type: inner,
          id: asText(one['id'])?.replace(/^#/, '') ?? null,
          fullUrl: null,
          base: null,
          raw: one,
          container: resource,
          scope,
          labels,
        });
    }
  };

  const takeBundle = (bundle: Json, scope: readonly number[], labels: readonly string[]): void => {
    const inner = [...scope, (bundles += 1)];
    const hasMore = asList(bundle['link']).some((one) => isJson(one) && one['relation'] === 'next');
    if (hasMore) warn('more-pages', 'The server holds more pages of this answer');
    for (const entry of asList(bundle['entry'])) {
      if (!isJson(entry)) warn('entry-unreadable', 'An entry is no resource and was not read');
      else if (entry['resource'] !== undefined)
        take(entry['resource'], asText(entry['fullUrl']), inner, labels);
      else if (isJson(entry['request']) && asText(entry['request']['method'])?.toUpperCase() === 'DELETE')
        warn(
          'deletion',
          'An entry asks for a deletion without saying of what content; it was not carried out',
        );
    }
  };

  values.forEach((value) => take(value, null, [], []));
  return { resources, warnings: [...warnings.values()] };
}

function labelsOf(resource: Json): string[] {
  const meta = resource['meta'];
  if (!isJson(meta)) return [];
  return [...asList(meta['tag']), ...asList(meta['security'])].flatMap((one) =>
    isJson(one) ? `${asText(one['system']) ?? ''}|${asText(one['code']) ?? ''}` : [],
  );
}

/** Looks references up: `#contained`, `urn:uuid:…`, absolute, relative (FHIR R4 §2.36.4.1, with what senders do). */
export class References {
  private readonly byUrl = new Map<string, Resource[]>();
  private readonly byName = new Map<string, Resource[]>();
  private readonly byId = new Map<string, Resource[]>();
  private readonly byIdentifier = new Map<string, Resource[]>();

  constructor(resources: readonly Resource[]) {
    for (const one of resources) {
      if (one.container) continue;
      if (one.fullUrl !== null) add(this.byUrl, one.fullUrl, one);
      if (one.id !== null) {
        add(this.byName, `${one.type}/${one.id}`, one);
        add(this.byId, one.id, one);
      }
      for (const name of identifiersIn(one.raw)) add(this.byIdentifier, name, one);
    }
    for (const one of resources) if (one.container) add(this.contained, one.container, one);
  }

  private readonly contained = new Map<Resource, Resource[]>();

  /** `null` when the delivery does not hold it. `types` guards against a reference to something else. */
  resolve(reference: Reference | null, from: Resource, ...types: string[]): Resource | null {
    const found = reference?.reference
      ? this.find(reference.reference, from)
      : this.findByIdentifier(reference, from);
    return found && (types.length === 0 || types.includes(found.type)) ? found : null;
  }

  /** True for a version of which the same Bundle holds a newer one, by the server's own times. */
  isReplaced(resource: Resource): boolean {
    if (resource.container || resource.id === null) return false;
    const versions = this.byName.get(`${resource.type}/${resource.id}`) ?? [];
    return versions.some(
      (one) =>
        one.base === resource.base &&
        String(one.scope) === String(resource.scope) &&
        touched(resource) !== '' &&
        touched(one) > touched(resource),
    );
  }

  /** What a resource brings along inside itself. */
  containedIn(resource: Resource, type: string): readonly Resource[] {
    return (this.contained.get(resource) ?? []).filter((one) => one.type === type);
  }

  /**
   * A name by which two references can be told apart: the resource that they find, else the address. `null` when there
   * is none.
   */
  nameOf(reference: Reference | null, from: Resource): string | null {
    const found = this.resolve(reference, from);
    if (found) return found.fullUrl ?? this.nameOfResource(found);
    const { identifier } = reference ?? {};
    if (reference?.reference) return absolute(withoutVersion(reference.reference), from);
    return identifier?.value ? `${identifier.system ?? ''}|${identifier.value}` : null;
  }

  /** A logical reference: only where one resource alone has this identifier. */
  private findByIdentifier(reference: Reference | null, from: Resource): Resource | null {
    const { system, value } = reference?.identifier ?? {};
    if (!system || !value) return null;
    const found = this.byIdentifier.get(`${system}|${value}`) ?? [];
    const types = new Set(found.map((one) => one.type));
    return types.size === 1 && new Set(found.map((one) => one.id)).size === 1 ? nearest(found, from) : null;
  }

  private nameOfResource(resource: Resource): string {
    const owner = resource.container;
    const inside = owner ? `${this.nameOfResource(owner)}#` : '';
    return `${inside}${resource.base ?? ''}${resource.base ? '/' : ''}${resource.type}/${resource.id ?? ''}`;
  }

  private find(text: string | null, from: Resource): Resource | null {
    if (text === null) return null;
    const owner = from.container ?? from;
    if (text.startsWith('#')) {
      const id = text.slice(1);
      return id === '' ? owner : (this.contained.get(owner)?.find((one) => one.id === id) ?? null);
    }
    const plain = withoutVersion(text);
    const version = /\/_history\/([^/]+)$/.exec(text)?.[1] ?? null;
    const exact = nearest(this.byUrl.get(plain) ?? this.byUrl.get(absolute(plain, owner)), owner, version);
    if (exact) return exact;
    const uuid = /^urn:(?:uuid|oid):(.+)$/i.exec(plain);
    const name = uuid ? null : /(?:^|\/)([A-Za-z]+\/[A-Za-z0-9.-]+)$/.exec(plain)?.[1];
    const candidates = (uuid ? this.byId.get(uuid[1] ?? '') : this.byName.get(name ?? '')) ?? [];
    // An address of another server is not this one, whatever its id.
    const wanted = baseOf(plain, name?.split('/')[0] ?? '') ?? owner.base;
    const fitting = candidates.filter(
      (one) =>
        (one.base !== null && one.base === wanted) ||
        (isAround(one, owner) && (one.base === null || wanted === null)),
    );
    return nearest(fitting, owner, version);
  }
}

/** In the same Bundle or in one around it: a Bundle beside it may come from anywhere. */
function isAround(one: Resource, from: Resource): boolean {
  return one.scope.every((id, at) => from.scope[at] === id);
}

function identifiersIn(resource: Json): string[] {
  return asList(resource['identifier']).flatMap((one) => {
    const [system, value] = isJson(one) ? [asText(one['system']), asText(one['value'])] : [];
    return system && value ? [`${system}|${value}`] : [];
  });
}

/** In the nearest Bundle; of several versions the one the server touched last, else the last in the file. */
function nearest(
  candidates: readonly Resource[] | undefined,
  from: Resource,
  version: string | null = null,
): Resource | null {
  if (!candidates || candidates.length === 0) return null;
  for (let depth = from.scope.length; depth >= 0; depth -= 1) {
    const here = candidates.filter((one) =>
      from.scope.slice(0, depth).every((id, at) => one.scope[at] === id),
    );
    if (here.length === 0) continue;
    const asked = here.find((one) => version !== null && versionOf(one) === version);
    if (asked) return asked;
    return here.reduce((best, one) => (touched(one) >= touched(best) ? one : best));
  }
  return null;
}

export function versionOf({ raw }: Resource): string | null {
  return isJson(raw['meta']) ? asText(raw['meta']['versionId']) : null;
}

function touched({ raw }: Resource): string {
  return (isJson(raw['meta']) && asText(raw['meta']['lastUpdated'])) || '';
}

export function baseOf(url: string | null, type: string): string | null {
  const at = url !== null && /^https?:/i.test(url) && type !== '' ? url.lastIndexOf(`/${type}/`) : -1;
  return url !== null && at > 0 ? url.slice(0, at) : null;
}

function absolute(reference: string, from: Resource): string {
  const base = (from.container ?? from).base;
  return /^[a-z][a-z0-9+.-]*:/i.test(reference) || base === null ? reference : `${base}/${reference}`;
}

function withoutVersion(reference: string): string {
  return reference.replace(/\/_history\/[^/]*$/, '');
}

function add<Key>(map: Map<Key, Resource[]>, key: Key, resource: Resource): void {
  const list = map.get(key);
  if (list) list.push(resource);
  else map.set(key, [resource]);
}
