/** What goes back to the sender; `null` = nothing can be said. `close`: and the connection ends. */
export interface MllpReply {
  readonly bytes: Uint8Array | null;
  readonly close?: boolean;
}

export interface MllpReceiver {
  /** Resolves after the message is durably stored or refused: the answer goes out then. */
  receive(message: Buffer, remoteAddress: string): Promise<MllpReply>;
  /** A message beyond the limit, of which only the beginning was read. */
  refuseTooLarge(head: Buffer): Promise<MllpReply>;
}

export interface MllpLimits {
  /** Largest message. Default 32 MiB: laboratories embed PDFs. */
  readonly maxBytes: number;
  /** Connections at once. Default 50. */
  readonly maxConnections: number;
  /** Between messages, real ms. Default 1 h: interface engines keep connections open. */
  readonly idleTimeoutMs: number;
  /** Without a byte inside a message, real ms. Default 60 s. */
  readonly frameTimeoutMs: number;
  /** How long the last byte of a frame is waited for, real ms. Default 250 ms. */
  readonly lastByteMs: number;
}

export const mllpLimits: MllpLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxConnections: 50,
  idleTimeoutMs: 3_600_000,
  frameTimeoutMs: 60_000,
  lastByteMs: 250,
};

/** Something an operator may want to know of. Never content. */
export type MllpEvent =
  | { readonly kind: 'noise' | 'abandoned'; readonly count: number }
  | { readonly kind: 'too-large' | 'idle' | 'frame-stalled' | 'too-many-connections' }
  | { readonly kind: 'address-refused' | 'certificate-refused' }
  | { readonly kind: 'connection-failed' | 'receiver-failed' | 'handshake-failed'; readonly code: string };
