/** The verbs of TwiML that this sandbox plays. Anything else ends the call, as an error in the document would. */
export type Verb =
  | { readonly verb: 'Say'; readonly text: string }
  | { readonly verb: 'Gather'; readonly gather: Gather }
  | { readonly verb: 'Redirect'; readonly url: string }
  | { readonly verb: 'Pause' }
  | { readonly verb: 'Hangup' };

export interface Gather {
  readonly action: string | null;
  readonly numDigits: number | null;
  readonly finishOnKey: string;
  readonly actionOnEmptyResult: boolean;
  /** What is said while it listens. */
  readonly says: readonly string[];
}

const element = /<(Say|Redirect|Gather|Pause|Hangup)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/g;

/** Reads a voice document; `null` when it is none. */
export function readTwiml(document: string): readonly Verb[] | null {
  const root = /<Response\b[^>]*?(?:\/>|>([\s\S]*)<\/Response>)/.exec(document);
  if (!root) return null;
  return verbsIn(root[1] ?? '');
}

function verbsIn(xml: string): Verb[] {
  return [...xml.matchAll(element)].map(([, name, attributes = '', body = '']): Verb => {
    switch (name) {
      case 'Say':
        return { verb: 'Say', text: unescapeXml(body.trim()) };
      case 'Redirect':
        return { verb: 'Redirect', url: unescapeXml(body.trim()) };
      case 'Gather':
        return { verb: 'Gather', gather: gatherOf(attributesOf(attributes), body) };
      case 'Pause':
        return { verb: 'Pause' };
      default:
        return { verb: 'Hangup' };
    }
  });
}

function gatherOf(attributes: ReadonlyMap<string, string>, body: string): Gather {
  const digits = attributes.get('numDigits');
  return {
    action: attributes.get('action') ?? null,
    numDigits: digits === undefined ? null : Number(digits),
    finishOnKey: attributes.get('finishOnKey') ?? '#',
    actionOnEmptyResult: attributes.get('actionOnEmptyResult') === 'true',
    says: verbsIn(body).flatMap((v) => (v.verb === 'Say' ? [v.text] : [])),
  };
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescapeXml(value)]),
  );
}

export function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => named[name] ?? '');
}
