import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

import { onTestFinished } from 'vitest';

import {
  EXPIRED_CERTIFICATE,
  EXPIRED_CERTIFICATE_KEY,
  TEST_CERTIFICATE,
  TEST_CERTIFICATE_KEY,
} from './smtp-certificate.ts';

/** When a fault strikes: at the connection, at a command, within a body, or at its final dot. */
export type SmtpMoment =
  'CONNECT' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'BODY' | 'DOT' | 'RSET' | 'QUIT';

export type SmtpFault =
  /** Closes the connection instead of answering. */
  | { readonly kind: 'cut' }
  /** The same without a farewell: a TCP reset. */
  | { readonly kind: 'reset' }
  /** Answers as always, then closes. */
  | { readonly kind: 'cut after' }
  /** Never says anything again. */
  | { readonly kind: 'hang' }
  /** Answers something else; with `cut`, closes then. */
  | { readonly kind: 'reply'; readonly line: string; readonly cut?: boolean }
  /** Sends raw bytes as the answer. */
  | { readonly kind: 'bytes'; readonly bytes: string; readonly cut?: boolean }
  /** At DOT: takes the mail, and the acknowledgement is lost. */
  | { readonly kind: 'lost'; readonly then: 'cut' | 'hang' }
  /** Answers as always, one byte at a time. */
  | { readonly kind: 'slow'; readonly msPerByte: number };

export interface PlannedFault {
  readonly at: SmtpMoment;
  readonly fault: SmtpFault;
  /** So many times it goes well first. */
  readonly after?: number;
  /** How often it strikes; always when left out. */
  readonly times?: number;
  /** For BODY: so many bytes are let in first. */
  readonly bytes?: number;
}

export interface TakenMail {
  readonly from: string;
  readonly to: string;
  /** As it was before the dots were doubled. */
  readonly raw: Buffer;
}

export interface SmtpServerOptions {
  readonly faults?: readonly PlannedFault[];
  readonly pipelining?: boolean;
  /** plain offers no TLS, starttls offers it, tls speaks nothing else. */
  readonly security?: 'plain' | 'starttls' | 'tls';
  /** Shows a certificate that is over. */
  readonly isExpired?: boolean;
  /** When set, nobody sends without it. */
  readonly login?: { readonly user: string; readonly password: string };
}

const validContext = createSecureContext({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY });
const expiredContext = createSecureContext({ cert: EXPIRED_CERTIFICATE, key: EXPIRED_CERTIFICATE_KEY });

/**
 * An SMTP server on a loopback port that counts what it takes, by Message-ID and with all bytes, and fails on demand. It
 * keeps RFC 5321: a mail is taken at its final dot, a body without one is thrown away.
 */
export class SmtpTestServer {
  port = 0;
  connections = 0;
  logins = 0;
  /** Bytes of bodies, whether they were taken or not. */
  bodyBytes = 0;
  readonly commands: string[] = [];
  readonly options: SmtpServerOptions;
  /** Told of every moment before it is answered: the world may change there, or the client be killed. */
  watch: ((moment: SmtpMoment) => void) | null = null;
  /** How often a fault struck. */
  strikes = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Every mail in the order in which it was taken. */
  readonly inOrder: TakenMail[] = [];
  readonly #taken = new Map<string, TakenMail[]>();
  #faults: { readonly planned: PlannedFault; seen: number }[] = [];

  private constructor(options: SmtpServerOptions) {
    this.options = options;
    this.plan(options.faults ?? []);
    this.#server = createServer((socket) => {
      this.connections += 1;
      // Small answers one after another would each wait for the peer's acknowledgement.
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      new Conversation(this, socket).begin();
    });
  }

  /** Listens until the test is over. */
  static async start(options: SmtpServerOptions = {}): Promise<SmtpTestServer> {
    const server = await SmtpTestServer.listen(options);
    onTestFinished(() => server.stop());
    return server;
  }

  /** Listens until it is stopped, outside of a test as well. */
  static async listen(options: SmtpServerOptions = {}): Promise<SmtpTestServer> {
    const server = new SmtpTestServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  /** Closes every connection, answered or not, and the port. */
  async stop(): Promise<void> {
    this.cutAll();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** From now on these faults and no others. */
  plan(faults: readonly PlannedFault[]): void {
    this.#faults = faults.map((planned) => ({ planned, seen: 0 }));
  }

  /** How often a mail was taken, by its Message-ID header. */
  timesTaken(messageIdHeader: string): number {
    return this.#taken.get(messageIdHeader)?.length ?? 0;
  }

  taken(messageIdHeader: string): readonly TakenMail[] {
    return this.#taken.get(messageIdHeader) ?? [];
  }

  /** Every mail that was taken, twice if it was taken twice. */
  allTaken(): readonly TakenMail[] {
    return [...this.#taken.values()].flat();
  }

  get totalTaken(): number {
    return this.allTaken().length;
  }

  take(mail: TakenMail): void {
    const id = /^message-id:\s*(<[^>]*>)/im.exec(mail.raw.toString('latin1'))?.[1] ?? '';
    this.#taken.set(id, [...(this.#taken.get(id) ?? []), mail]);
    this.inOrder.push(mail);
  }

  /** The fault that strikes now, if any. */
  faultAt(moment: SmtpMoment, bytes = 0): SmtpFault | null {
    this.watch?.(moment);
    for (const entry of this.#faults) {
      const { at, after = 0, times = Infinity, bytes: bytesFirst = 0, fault } = entry.planned;
      if (at !== moment || bytes < bytesFirst) continue;
      entry.seen += 1;
      if (entry.seen <= after || entry.seen > after + times) continue;
      this.strikes += 1;
      return fault;
    }
    return null;
  }
}

/** One connection. */
class Conversation {
  readonly #server: SmtpTestServer;
  #socket: Socket;
  #input = '';
  #inBody = false;
  #isMute = false;
  #isSecure = false;
  #isLoggedIn = false;
  #from = '';
  #hasSender = false;
  #to: string | null = null;

  constructor(server: SmtpTestServer, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
  }

  begin(): void {
    if (this.#server.options.security === 'tls') this.#secure();
    else this.#listen(this.#socket);
    this.#answer('CONNECT', '220 test ESMTP');
  }

  #listen(socket: Socket): void {
    this.#socket = socket;
    // What a peer does to a connection is the peer's business.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1');
      if (!this.#isMute) this.#read();
    });
  }

  #secure(): void {
    const plain = this.#socket;
    plain.on('error', () => undefined);
    plain.removeAllListeners('data');
    this.#isSecure = true;
    const secureContext = this.#server.options.isExpired === true ? expiredContext : validContext;
    this.#listen(new TLSSocket(plain, { isServer: true, secureContext }));
  }

  #read(): void {
    for (;;) {
      if (this.#isMute) return;
      if (this.#inBody) {
        if (!this.#readBody()) return;
        continue;
      }
      const end = this.#input.indexOf('\r\n');
      if (end === -1) return;
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 2);
      this.#server.commands.push(line);
      this.#command(line);
    }
  }

  /** False: wait for more. */
  #readBody(): boolean {
    const end = this.#input.startsWith('.\r\n') ? -2 : this.#input.indexOf('\r\n.\r\n');
    const fault = this.#server.faultAt('BODY', end === -1 ? this.#input.length : end);
    if (fault !== null) {
      this.#server.bodyBytes += this.#input.length;
      this.#strike(fault, '');
      // Whatever was said, this body is thrown away, and its end is not waited for.
      this.#isMute = true;
      return false;
    }
    if (end === -1) return false;
    const raw = Buffer.from(this.#input.slice(0, end + 2).replace(/^\./gm, ''), 'latin1');
    this.#server.bodyBytes += raw.length;
    this.#input = this.#input.slice(end + 5);
    this.#inBody = false;
    this.#endOfBody(raw);
    return true;
  }

  #endOfBody(raw: Buffer): void {
    const mail: TakenMail = { from: this.#from, to: this.#to ?? '', raw };
    this.#to = null;
    const fault = this.#server.faultAt('DOT');
    const isTaken = fault === null || ['cut after', 'lost', 'slow'].includes(fault.kind) || isYes(fault);
    if (isTaken) this.#server.take(mail);
    if (fault === null) this.#write('250 2.0.0 taken');
    else this.#strike(fault, '250 2.0.0 taken');
  }

  #command(line: string): void {
    const verb = line.slice(0, 8).toUpperCase();
    if (verb.startsWith('EHLO')) this.#answer('EHLO', this.#extensions());
    else if (verb === 'STARTTLS') this.#startTls();
    else if (verb.startsWith('AUTH')) this.#login(line);
    else if (verb.startsWith('MAIL')) this.#mail(line);
    else if (verb.startsWith('RCPT')) this.#recipient(line);
    else if (verb.startsWith('DATA')) this.#data();
    else if (verb.startsWith('RSET')) this.#answer('RSET', '250 reset');
    else if (verb.startsWith('QUIT')) this.#quit();
    else this.#write('500 5.5.1 what?');
  }

  #extensions(): string {
    const { pipelining = true, security = 'plain', login } = this.#server.options;
    const names = [
      'test',
      ...(pipelining ? ['PIPELINING'] : []),
      ...(security === 'starttls' && !this.#isSecure ? ['STARTTLS'] : []),
      ...(login === undefined ? [] : ['AUTH PLAIN LOGIN']),
      'SIZE 1000000',
    ];
    return names.map((name, index) => `250${index === names.length - 1 ? ' ' : '-'}${name}`).join('\r\n');
  }

  #startTls(): void {
    const fault = this.#server.faultAt('STARTTLS');
    if (fault !== null) {
      this.#strike(fault, '220 go ahead');
      return;
    }
    this.#write(this.#server.options.security === 'starttls' ? '220 go ahead' : '502 5.5.1 no TLS here');
    if (this.#server.options.security === 'starttls') this.#secure();
  }

  #login(line: string): void {
    const { login } = this.#server.options;
    const expected = login === undefined ? '' : `\0${login.user}\0${login.password}`;
    const isRight = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString() === expected;
    this.#server.logins += 1;
    this.#isLoggedIn = isRight;
    this.#answer('AUTH', isRight ? '235 2.7.0 welcome' : '535 5.7.8 wrong user or password');
  }

  #mail(line: string): void {
    this.#from = /<(.*?)>/.exec(line)?.[1] ?? '';
    this.#to = null;
    const mayEnter = this.#server.options.login === undefined || this.#isLoggedIn;
    const reply = mayEnter ? '250 2.1.0 ok' : '530 5.7.0 log in first';
    const fault = this.#server.faultAt('MAIL');
    this.#hasSender = mayEnter && (fault === null || fault.kind === 'slow' || isYes(fault));
    if (fault === null) this.#write(reply);
    else this.#strike(fault, reply);
  }

  #recipient(line: string): void {
    if (!this.#hasSender) {
      this.#write('503 5.5.1 no sender');
      return;
    }
    const fault = this.#server.faultAt('RCPT');
    if (fault === null || !['reply', 'bytes'].includes(fault.kind))
      this.#to = /<(.*?)>/.exec(line)?.[1] ?? '';
    if (fault === null) this.#write('250 2.1.5 ok');
    else this.#strike(fault, '250 2.1.5 ok');
  }

  #data(): void {
    if (this.#to === null) {
      this.#write('503 5.5.1 no recipient');
      return;
    }
    const fault = this.#server.faultAt('DATA');
    if (fault?.kind !== 'reply') this.#inBody = true;
    if (fault === null) this.#write('354 go ahead');
    else this.#strike(fault, '354 go ahead');
  }

  #quit(): void {
    this.#answer('QUIT', '221 2.0.0 bye');
    this.#socket.end();
  }

  #answer(moment: SmtpMoment, reply: string): void {
    const fault = this.#server.faultAt(moment);
    if (fault === null) this.#write(reply);
    else this.#strike(fault, reply);
  }

  #strike(fault: SmtpFault, reply: string): void {
    switch (fault.kind) {
      case 'cut':
        this.#end('');
        return;
      case 'reset':
        this.#isMute = true;
        this.#socket.resetAndDestroy();
        return;
      case 'cut after':
        this.#end(`${reply}\r\n`);
        return;
      case 'hang':
        this.#isMute = true;
        return;
      case 'reply':
        if (fault.cut === true) this.#end(`${fault.line}\r\n`);
        else this.#write(fault.line);
        return;
      case 'bytes':
        if (fault.cut === true) this.#end(fault.bytes);
        else this.#socket.write(fault.bytes, 'latin1');
        return;
      case 'lost':
        this.#isMute = true;
        if (fault.then === 'cut') this.#end('');
        return;
      case 'slow':
        this.#trickle(`${reply}\r\n`, fault.msPerByte);
    }
  }

  #write(line: string): void {
    if (this.#socket.writable) this.#socket.write(`${line}\r\n`);
  }

  #end(last: string): void {
    this.#isMute = true;
    if (last === '') this.#socket.destroy();
    else this.#socket.end(last, 'latin1');
  }

  #trickle(text: string, msPerByte: number): void {
    if (text === '' || !this.#socket.writable) return;
    this.#socket.write(text.slice(0, 1));
    setTimeout(() => {
      this.#trickle(text.slice(1), msPerByte);
    }, msPerByte);
  }
}

function isYes(fault: SmtpFault): boolean {
  return fault.kind === 'reply' && fault.line.startsWith('2');
}
