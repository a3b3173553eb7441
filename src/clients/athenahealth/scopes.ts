/** What a token grants, compared with what it was asked for (S000-68). */
export interface Grants {
  readonly asked: readonly string[];
  /** `null`: the vendor did not say. The recorded answer has no scopes in it; only a refused call tells then. */
  readonly granted: readonly string[] | null;
  /** Asked for and not granted; empty when all is well or nothing is known. */
  readonly missing: readonly string[];
  /** Whether documents may be written as far as the scopes say; `null` = they do not say. */
  readonly writesDocuments: boolean | null;
}

/** The proprietary API, the only one that writes (API reference §9): one scope for reading and writing. */
const proprietary = /^athena\/service\/Athenanet\.MDP\.(\*|\d+)$/;

/** Scopes of a token answer: text with blanks, or a list; `null` when absent. An empty text grants nothing. */
export function readScopes(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === 'string');
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((one) => one !== '') : null;
}

/** Compares by meaning: the scope of one practice is as good, for that practice, as the one of all. */
export function compareScopes(
  asked: readonly string[],
  granted: readonly string[] | null,
  practiceId: string,
): Grants {
  if (granted === null) return { asked, granted, missing: [], writesDocuments: null };
  const isGranted = (scope: string) =>
    granted.includes(scope) || (proprietary.test(scope) && granted.some((one) => covers(one, practiceId)));
  return {
    asked,
    granted,
    missing: asked.filter((scope) => !isGranted(scope)),
    writesDocuments: granted.some((one) => covers(one, practiceId)),
  };
}

function covers(scope: string, practiceId: string): boolean {
  const practice = proprietary.exec(scope)?.[1];
  return practice === '*' || practice === practiceId;
}
