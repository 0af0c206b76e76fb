/**
 * A mail server of the test's own: a real Postfix that takes mail with STARTTLS and a log-in, and a real Dovecot that keeps it, both on
 * free ports of the loopback and in a folder of their own. Nothing leaves this machine: no DNS is asked, and every domain but the
 * test's is refused.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../helpers/ports.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '../helpers/smtp-certificate.ts';
import { dovecotConf, mainCf, masterCf, transportMap } from './mail-host-files.ts';

/** What a program needs to know to write to it and to read from it. */
export interface MailHost {
  readonly smtpPort: number;
  readonly imapPort: number;
  /** Takes mail for its mailboxes from anybody on this machine, as the outside world would bring it. */
  readonly arrivalPort: number;
  /** Opens every mailbox, and lets in who sends. */
  readonly password: string;
  /** PEM of the authority behind its certificate, which names `localhost`. */
  readonly ca: string;
  /** True when everything that was taken lies in a mailbox. */
  readonly isDelivered: () => boolean;
  /** What both programs wrote, for who wants to know why. */
  readonly log: () => string;
  readonly stop: () => void;
}

/** The domain of every mailbox; any name in it is one. */
export const MAIL_DOMAIN = 'lead.test';

const START_POLLS_MAX = 200;

/** Why there can be no mail server here; null when there can. */
export function whyNoMailHost(): string | null {
  if (process.getuid?.() !== 0) return 'Postfix and Dovecot start as root';
  const missing = ['postfix', 'dovecot'].filter((name) => !existsSync(`/usr/sbin/${name}`));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}

/** By address: why a mail to it comes back after it was taken, as an enhanced status and words (RFC 3463). */
export type Refusals = Readonly<Record<string, string>>;

/** Starts both; they answer when it returns. Throws with their logs when they do not. */
export async function startMailHost(refusals: Refusals = {}): Promise<MailHost> {
  const root = mkdtempSync(join(tmpdir(), 'headgate-mail-host-'));
  const [smtpPort, imapPort, arrivalPort] = [await freePort(), await freePort(), await freePort()];
  const place = {
    root,
    smtpPort,
    imapPort,
    arrivalPort,
    password: 'open-sesame',
    domain: MAIL_DOMAIN,
    refusals,
  };
  writeFolder(place);
  const stop = (): void => {
    spawnSync('postfix', ['-c', join(root, 'postfix'), 'stop'], { stdio: 'ignore' });
    spawnSync('doveadm', ['-c', join(root, 'dovecot.conf'), 'stop'], { stdio: 'ignore' });
    rmSync(root, { recursive: true, force: true });
  };
  const log = (): string =>
    ['postfix.log', 'dovecot.log']
      .map((name) => join(root, 'log', name))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
  try {
    execFileSync('dovecot', ['-c', join(root, 'dovecot.conf')], { stdio: 'ignore' });
    execFileSync('postfix', ['-c', join(root, 'postfix'), 'start'], { stdio: 'ignore' });
    waitForPorts([smtpPort, imapPort, arrivalPort]);
  } catch (error) {
    const words = log();
    stop();
    throw new Error(`the mail server did not start\n${words}`, { cause: error });
  }
  return {
    smtpPort,
    imapPort,
    arrivalPort,
    password: place.password,
    ca: TEST_CERTIFICATE,
    isDelivered: () => isQueueEmpty(root),
    log,
    stop,
  };
}

export interface Place {
  readonly root: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly arrivalPort: number;
  readonly password: string;
  readonly domain: string;
  readonly refusals: Refusals;
}

function writeFolder(place: Place): void {
  const { root } = place;
  // Both programs give up root for users of their own, who have to get in.
  chmodSync(root, 0o755);
  for (const name of ['postfix', 'spool', 'data', 'log', 'mail', 'dovecot']) mkdirSync(join(root, name));
  chownSync(join(root, 'data'), idOf('postfix', 'u'), idOf('postfix', 'g'));
  chownSync(join(root, 'mail'), idOf('mail', 'u'), idOf('mail', 'g'));
  chmodSync(join(root, 'log'), 0o777);
  writeFileSync(join(root, 'certificate.pem'), TEST_CERTIFICATE);
  writeFileSync(join(root, 'key.pem'), TEST_CERTIFICATE_KEY, { mode: 0o600 });
  writeFileSync(join(root, 'postfix/main.cf'), mainCf(place));
  writeFileSync(join(root, 'postfix/transport'), transportMap(place));
  writeFileSync(join(root, 'postfix/master.cf'), masterCf(place));
  writeFileSync(join(root, 'dovecot.conf'), dovecotConf(place));
}

function idOf(user: string, kind: 'u' | 'g'): number {
  return Number(execFileSync('id', [`-${kind}`, user], { encoding: 'utf8' }));
}

/** Each look is a process that connects, so that the polls are bounded and nothing sleeps here. */
function waitForPorts(ports: readonly number[]): void {
  for (const port of ports) {
    const connect = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
    let polls = 0;
    while (spawnSync('bash', ['-c', connect], { stdio: 'ignore' }).status !== 0) {
      polls += 1;
      if (polls > START_POLLS_MAX) throw new Error(`nothing answers at port ${port}`);
    }
  }
}

function isQueueEmpty(root: string): boolean {
  const listed = execFileSync('postqueue', ['-c', join(root, 'postfix'), '-p'], { encoding: 'utf8' });
  return listed.includes('Mail queue is empty');
}
