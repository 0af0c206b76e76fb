import { createSocket, type Socket } from 'node:dgram';

import { onTestFinished } from 'vitest';

/** What stands at one name. A list under `TXT` is several records; a long text is cut into strings as real servers do. */
interface Place {
  readonly TXT?: readonly string[];
  readonly MX?: readonly (readonly [priority: number, exchange: string])[];
  readonly A?: readonly string[];
  /** Answers SERVFAIL. */
  readonly isBroken?: boolean;
  /** Never answers. */
  readonly isSilent?: boolean;
}

export type Zone = Readonly<Record<string, Place>>;

const TYPES: Readonly<Record<number, 'A' | 'MX' | 'TXT' | 'AAAA'>> = {
  1: 'A',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
};
const NUMBERS = { A: 1, MX: 15, TXT: 16 } as const;
const NOT_FOUND = 3;
const SERVER_FAILED = 2;
const STRING_BYTES_MAX = 255;

/** A name server on loopback, over UDP (RFC 1035): answers for one zone as far as TXT, MX and A go, and remembers what was asked. */
export class DnsServer {
  readonly asked: string[] = [];
  private zone: Zone;
  private readonly socket: Socket = createSocket('udp4');

  private constructor(zone: Zone) {
    this.zone = zone;
    this.socket.on('message', (message, peer) => {
      const answer = this.answer(message);
      if (answer !== null) this.socket.send(answer, peer.port, peer.address);
    });
  }

  static async start(zone: Zone): Promise<DnsServer> {
    const server = new DnsServer(zone);
    await new Promise<void>((resolve) => server.socket.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.socket.close(() => resolve())));
    return server;
  }

  /** As `--dns` takes it. */
  get address(): string {
    return `127.0.0.1:${String(this.socket.address().port)}`;
  }

  /** From now on this zone, and nothing of the old one. */
  serve(zone: Zone): void {
    this.zone = zone;
  }

  private answer(message: Buffer): Buffer | null {
    const { name, type, end } = questionOf(message);
    this.asked.push(`${TYPES[type] ?? String(type)} ${name}`);
    const place = this.zone[name.toLowerCase()];
    if (place?.isSilent === true) return null;
    const failure = place === undefined ? NOT_FOUND : place.isBroken === true ? SERVER_FAILED : 0;
    const records = place === undefined || failure !== 0 ? [] : recordsOf(place, TYPES[type]);
    const head = Buffer.alloc(12);
    message.copy(head, 0, 0, 2);
    // An answer, by whom it concerns, to a recursive question.
    head.writeUInt16BE(0x8580 | failure, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    return Buffer.concat([head, message.subarray(12, end), ...records]);
  }
}

function questionOf(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function recordsOf(place: Place, type: string | undefined): readonly Buffer[] {
  switch (type) {
    case 'TXT':
      return (place.TXT ?? []).map((text) => record(NUMBERS.TXT, textData(text)));
    case 'MX':
      return (place.MX ?? []).map(([priority, exchange]) =>
        record(NUMBERS.MX, Buffer.concat([Buffer.from([priority >> 8, priority & 255]), nameData(exchange)])),
      );
    case 'A':
      return (place.A ?? []).map((address) => record(NUMBERS.A, Buffer.from(address.split('.').map(Number))));
    default:
      return [];
  }
}

/** Its name is that of the question. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function textData(text: string): Buffer {
  const strings: Buffer[] = [];
  for (let at = 0; at < text.length; at += STRING_BYTES_MAX) {
    const part = Buffer.from(text.slice(at, at + STRING_BYTES_MAX), 'latin1');
    strings.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(strings);
}

function nameData(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
