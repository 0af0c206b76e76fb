import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { BodyGate, Clock, DeliveryResult, Mailer, OutgoingMail } from '../../ports.ts';
import { isPublicMessageId } from './message-id.ts';
import { outboxFileName, stagedFileName } from './outbox.ts';

export interface OutboxOptions {
  /** Made with mode 0700 when it is missing. */
  readonly outboxDir: string;
  readonly clock: Clock;
  /** Deliveries at a time: their syncs overlap. */
  readonly connections: number;
}

/**
 * Delivers into a folder of .eml files, mode 0600: the embedded default and the only transport while not live (D8, D9).
 *
 * A mail is accepted once its file, under its last name, is on the disk; a crash leaves either no such file or a whole
 * one. A message that already has a file is accepted again and gets no second one, whatever its bytes (D1). A disk that
 * cannot take it refuses the whole run: no other mail would fare better.
 */
export function createOutboxMailer(options: OutboxOptions): Mailer {
  const folder = new OutboxFolder(options);
  return {
    transport: 'outbox',
    connections: options.connections,
    keyLifeMs: null,
    account: null,
    deliver: (mail, mayLeave) => folder.deliver(mail, mayLeave),
    close: () => Promise.resolve(),
  };
}

class OutboxFolder {
  private readonly options: OutboxOptions;
  /** File name by message id: read once, since only the one `send` under its lock writes here. */
  private known: Promise<Map<string, string>> | null = null;

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  async deliver(mail: OutgoingMail, mayLeave: BodyGate): Promise<DeliveryResult> {
    if (!isPublicMessageId(mail.id)) throw new Error(`${mail.id} is no message id`);
    const { outboxDir, clock } = this.options;
    const staged = join(outboxDir, stagedFileName(mail.id));
    try {
      const known = await this.openFolder();
      const there = known.get(mail.id);
      if (there !== undefined) return accepted(there);
      await writeSynced(staged, mail.raw);
      if (!mayLeave()) return await withdraw(staged);
      const name = outboxFileName(mail.id, clock.now());
      await rename(staged, join(outboxDir, name));
      known.set(mail.id, name);
      return await settle(outboxDir, name);
    } catch (error) {
      // A second failure in the same folder says nothing new.
      await rm(staged, { force: true }).catch(() => undefined);
      if (!isFileSystemError(error)) throw error;
      return refused(error, outboxDir);
    }
  }

  private async openFolder(): Promise<Map<string, string>> {
    this.known ??= readFolder(this.options.outboxDir);
    try {
      return await this.known;
    } catch (error) {
      this.known = null;
      throw error;
    }
  }
}

async function readFolder(outboxDir: string): Promise<Map<string, string>> {
  const made = await mkdir(outboxDir, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(outboxDir));
  const names = await readdir(outboxDir);
  return new Map(
    names.flatMap((name) => {
      const id = /-(m-[a-z0-9]+)\.eml$/.exec(name)?.[1];
      return id === undefined ? [] : [[id, name] as const];
    }),
  );
}

async function withdraw(staged: string): Promise<DeliveryResult> {
  await rm(staged, { force: true });
  return { kind: 'withdrawn' };
}

/** The file is there under its name; without this sync a power cut could still take it away. */
async function settle(outboxDir: string, name: string): Promise<DeliveryResult> {
  try {
    await syncFolder(outboxDir);
    return accepted(name);
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    return {
      kind: 'unknown',
      detail: `${name} was written, but the folder cannot be synced (${error.code})`,
    };
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function accepted(name: string): DeliveryResult {
  const response = `outbox/${name}`;
  return { kind: 'accepted', response, providerId: null, messageIdHeader: null, conversationId: null };
}

function refused(error: NodeJS.ErrnoException, outboxDir: string): DeliveryResult {
  const response = `${outboxDir} cannot take a mail (${error.code ?? 'unknown'})`;
  return { kind: 'refused', scope: 'run', permanent: false, response, retryAfterMs: null };
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
