/** An athenahealth error: JSON behind two line feeds (recorded so), or a gateway's plain text. */
export class V1Error extends Error {
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>> | string,
  ) {
    super(`athenahealth answers ${status}`);
    this.name = 'V1Error';
  }

  /** What goes over the wire. */
  get text(): string {
    return typeof this.body === 'string' ? this.body : `\n\n${JSON.stringify(this.body)}`;
  }

  get contentType(): string {
    return typeof this.body === 'string' ? 'text/plain' : 'application/json';
  }
}

/** 400 naming every required parameter that is missing. */
export function missingFields(names: readonly string[]): V1Error {
  return new V1Error(400, { missingfields: names, error: 'Additional fields are required.' });
}

/** 400 for a value of the wrong type; `expecting` as in `type integer` or `format date`. */
export function invalidValue(expecting: string, value: string): V1Error {
  return invalid(`Expecting ${expecting}, but value is ${value}`);
}

/** 400 for an unknown enum value; names the internal field, not the parameter, as recorded. */
export function invalidEnum(field: string, value: string): V1Error {
  return invalid(`The value '${value}' did not match any of the enum values for ${field}`);
}

function invalid(detailedmessage: string): V1Error {
  return new V1Error(400, { detailedmessage, error: 'The data provided is invalid.' });
}

/** Same text in both fields, as athenahealth does for department and look-up errors. */
export function refused(status: number, message: string): V1Error {
  return new V1Error(status, { detailedmessage: message, error: message });
}
