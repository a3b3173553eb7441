/** An answer other than 2xx in Spruce's envelope: `statusCode`, `type`, `message`. */
export class SpruceError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
    this.name = 'SpruceError';
  }

  body(): Record<string, unknown> {
    return { statusCode: this.status, type: this.type, message: this.message };
  }
}

/** 400: something in the request is wrong. Spruce never answers 422 for that. */
export function badParameter(message: string): SpruceError {
  return new SpruceError(400, 'BAD_PARAMETER', message);
}

/** 404 for a resource named in the path. */
export function notFound(what: string): SpruceError {
  return new SpruceError(404, 'NOT_FOUND', `${what} not found`);
}
