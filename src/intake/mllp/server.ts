import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { AllowList } from './allow-list.js';
import { mllpLimits, type MllpEvent, type MllpLimits, type MllpReceiver } from './port.js';
import { Session } from './session.js';

export interface MllpTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** Who signs the senders' certificates. With it a connection without a valid one ends in the handshake. */
  readonly ca?: string | Buffer;
  /** Common names of the certificates that may send; every valid one without. */
  readonly clientNames?: readonly string[];
}

export interface MllpServerOptions extends MllpReceiver {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Addresses and networks that may connect; everybody else is hung up on before a byte is read. */
  readonly allow: readonly string[];
  readonly tls?: MllpTls;
  readonly limits?: Partial<MllpLimits>;
  readonly onEvent?: (event: MllpEvent) => void;
}

export interface MllpServer {
  readonly port: number;
  /** Takes no more connections, answers what is being stored, hangs up. */
  close(): Promise<void>;
}

/**
 * Listens for HL7 v2 over MLLP. What a message is, the receiver says; here are frames, limits, who may connect, and one
 * message in flight per connection.
 * @throws RangeError for an allow list that cannot be read; the socket's own error when the port is taken.
 */
export async function listenMllp(options: MllpServerOptions): Promise<MllpServer> {
  const limits = { ...mllpLimits, ...options.limits };
  const allow = new AllowList(options.allow);
  const onEvent = options.onEvent ?? (() => undefined);
  const connections = new Set<Socket>();
  const sessions = new Set<Session>();
  let isClosing = false;

  const begin = (socket: Socket) => {
    if (isClosing) return void socket.destroy();
    const session = new Session(socket, options, limits, onEvent);
    sessions.add(session);
    void session.closed.then(() => sessions.delete(session));
  };
  const server = options.tls ? tlsServer(options.tls, begin, onEvent) : plainServer(begin);
  // Before the handshake and before any byte of a message.
  server.prependListener('connection', (socket: Socket) => {
    const refusal = !allow.allows(socket.remoteAddress)
      ? 'address-refused'
      : connections.size >= limits.maxConnections
        ? 'too-many-connections'
        : null;
    if (refusal !== null) {
      onEvent({ kind: refusal });
      socket.destroy();
      return;
    }
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...sessions].map((session) => session.stop()));
      // Handshakes that were under way.
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

function plainServer(begin: (socket: Socket) => void): Server {
  // Half open: a sender may end its side and still read our answer.
  return createServer({ allowHalfOpen: true }, (socket) => {
    if (!socket.destroyed) begin(socket);
  });
}

function tlsServer(
  tls: MllpTls,
  begin: (socket: Socket) => void,
  onEvent: (event: MllpEvent) => void,
): Server {
  const server = createTlsServer({
    key: tls.key,
    cert: tls.cert,
    ...(tls.ca !== undefined && { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    allowHalfOpen: true,
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const name = socket.getPeerCertificate()?.subject?.CN;
    const common = Array.isArray(name) ? name[0] : name;
    if (tls.clientNames && (common === undefined || !tls.clientNames.includes(common))) {
      onEvent({ kind: 'certificate-refused' });
      socket.destroy();
      return;
    }
    begin(socket);
  });
  server.on('tlsClientError', (err: NodeJS.ErrnoException, socket) => {
    onEvent({ kind: 'handshake-failed', code: err.code ?? 'unknown' });
    socket.destroy();
  });
  return server;
}
