import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Headers } from './answer.ts';
import { collectWaste } from './garbage.ts';

/** Where to listen: the socket that systemd handed over, an address of this machine, or a socket in its file system. */
export type ListenOn =
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'address'; readonly host: string; readonly port: number };

export interface ServerOptions {
  readonly on: ListenOn;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** After so long without a request the program ends; the next one starts it again. */
  readonly idleMs: number;
  /** Asked when it could end: true while something must still be done. */
  readonly isNeeded: () => boolean;
  /** On every answer that the program itself has no part in. */
  readonly headers: Headers;
  /** So many at once. */
  readonly connectionsMax: number;
}

export interface RunningServer {
  /** What it listens on, for people. */
  readonly address: string;
  /** Resolves when the server has ended, by itself or because it was told to. */
  readonly ended: Promise<void>;
  /** Takes no new connection, finishes the answers under way, drops what is idle. */
  readonly stop: () => void;
}

const HEADER_BYTES_MAX = 16_384;
/** Slow loris: headers, and then the whole request, have so long; looked at every second (hardening 128). */
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 20_000;
const CHECK_MS = 1_000;
const KEEP_ALIVE_MS = 5_000;
/** A peer that does not read its answer is not waited for longer. */
const STOPPING_MS_MAX = 10_000;
const REQUESTS_PER_CONNECTION_MAX = 1_000;

/** Listens, and resolves once it does. Throws what `listen` throws. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { createServer } = await import('node:http');
  let underWay = 0;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A parser that forgives is a parser that reads another request than the proxy did (hardening 130).
      insecureHTTPParser: false,
      requireHostHeader: true,
      noDelay: true,
    },
    (request, response) => {
      underWay += 1;
      idle.refresh();
      collectWaste();
      void options.answer(request, response);
      response.once('close', () => {
        underWay -= 1;
        idle.refresh();
        collectWaste();
      });
    },
  );
  server.maxConnections = options.connectionsMax;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  const refuse = refuser(options.headers);
  server.on('clientError', refuse.request).on('connect', refuse.tunnel);
  // Too large a body is answered at once; without this the client would be asked to send it first.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= CONTINUE_BYTES_MAX) response.writeContinue();
    server.emit('request', request, response);
  });
  const stop = stopper(server);
  const idle = setTimeout(() => {
    if (underWay > 0 || options.isNeeded()) idle.refresh();
    else stop();
  }, options.idleMs);
  const ended = new Promise<void>((resolve) => {
    server.once('close', () => {
      clearTimeout(idle);
      resolve();
    });
  });
  await listen(server, options.on);
  return { address: addressOf(server), ended, stop };
}

/** The largest body that any route takes. */
const CONTINUE_BYTES_MAX = 1_048_576;

function listen(server: Server, on: ListenOn): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(placeOf(on), () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function placeOf(on: ListenOn): { fd: number } | { path: string } | { host: string; port: number } {
  switch (on.kind) {
    case 'fd':
      return { fd: on.fd };
    case 'path':
      return { path: on.path };
    case 'address':
      return { host: on.host, port: on.port };
  }
}

/** `close` drops idle connections too, and waits for the rest; whoever does not let go is dropped after a while. */
function stopper(server: Server): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) return;
    isStopping = true;
    server.close();
    setTimeout(() => {
      server.closeAllConnections();
    }, STOPPING_MS_MAX).unref();
  };
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null) return 'nowhere';
  if (typeof address === 'string') return address;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${String(address.port)}`;
}

const STATUS_OF_CODE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

type Refuser = Readonly<{
  request: (error: NodeJS.ErrnoException, socket: Duplex) => void;
  tunnel: (request: IncomingMessage, socket: Duplex) => void;
}>;

/** What the parser refuses: two lengths, a length and chunks, a line feed where none may be. Nothing of it is repeated. */
function refuser(headers: Headers): Refuser {
  const end = (socket: Duplex, status: string): void => {
    const lines = Object.entries({ ...headers, 'Content-Length': '0', Connection: 'close' });
    socket.on('error', () => undefined);
    socket.end(
      [`HTTP/1.1 ${status}`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'),
      () => socket.destroy(),
    );
  };
  return {
    request(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else end(socket, STATUS_OF_CODE[error.code ?? ''] ?? '400 Bad Request');
    },
    tunnel(_request, socket) {
      end(socket, '405 Method Not Allowed');
    },
  };
}
