import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SmtpTestServer } from '../helpers/smtp-server.ts';

/** One mail that has left and cannot be taken back, as whoever took it knows it. */
export interface Delivered {
  /** `m-…` */
  readonly messageId: string;
  readonly messageIdHeader: string;
  /** In lower case. */
  readonly to: string;
  /** The id of its step, which its words name. */
  readonly step: string;
}

/** What has left, in the order in which it left, each mail once more where it was taken twice. */
export interface Deliveries {
  all(): readonly Delivered[];
}

/** What lies in the folder of the outbox. Files never change, so each is read once. */
export class OutboxDeliveries implements Deliveries {
  readonly #folder: string;
  readonly #known = new Set<string>();
  readonly #all: Delivered[] = [];

  constructor(workspace: string) {
    this.#folder = join(workspace, 'outbox');
  }

  all(): readonly Delivered[] {
    const files = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    for (const file of files) {
      if (!file.endsWith('.eml') || this.#known.has(file)) continue;
      this.#known.add(file);
      this.#all.push(deliveredFrom(readFileSync(join(this.#folder, file), 'latin1')));
    }
    return this.#all;
  }
}

/** What a server has taken over the wire, whether its answer arrived or not. */
export class WireDeliveries implements Deliveries {
  readonly #server: SmtpTestServer;
  readonly #all: Delivered[] = [];

  constructor(server: SmtpTestServer) {
    this.#server = server;
  }

  all(): readonly Delivered[] {
    for (const { raw } of this.#server.inOrder.slice(this.#all.length))
      this.#all.push(deliveredFrom(raw.toString('latin1')));
    return this.#all;
  }
}

function deliveredFrom(raw: string): Delivered {
  const messageIdHeader = /^message-id:\s*(<[^>]*>)/im.exec(raw)?.[1] ?? '?';
  return {
    messageId: /m-[a-z2-7]{16}/.exec(messageIdHeader)?.[0] ?? messageIdHeader,
    messageIdHeader,
    to: (/^to:.*?([^\s<>,]+@[^\s<>,]+)/im.exec(raw)?.[1] ?? '?').toLowerCase(),
    step: /^this is ([\w-]+)\./m.exec(raw)?.[1] ?? '?',
  };
}
