import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Machine } from './machine.ts';

const PROGRAM = '/root/relay.cjs';
const TOOK = '/root/relay-took';
/** How long the relay thinks between having a mail and saying so: a power cut meets it there. */
const THINK = '/root/relay-thinks-ms';

/** An SMTP relay that counts: a mail is on its disk before it is acknowledged, as with every relay that keeps its word (RFC 5321, 4.2.5). */
const SOURCE = `const { appendFileSync, fsyncSync, openSync, readFileSync, writeSync } = require('node:fs');
const log = openSync('${TOOK}', 'a');
require('node:net').createServer((socket) => {
  let waiting = '', body = null;
  const say = (line) => socket.write(line + '\\r\\n');
  const take = (text) => {
    writeSync(log, /^message-id: *<(.+)>/im.exec(text)[1] + '\\n');
    fsyncSync(log);
    setTimeout(say, Number(readFileSync('${THINK}', 'utf8')), '250 taken');
  };
  socket.on('error', () => {});
  say('220 relay');
  socket.on('data', (chunk) => {
    waiting += chunk.toString('latin1');
    for (let end; (end = waiting.indexOf('\\r\\n')) >= 0; ) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      if (body !== null) {
        if (line === '.') { take(body); body = null; } else body += line + '\\r\\n';
      } else if (/^data/i.test(line)) { body = ''; say('354 go on'); }
      else if (/^quit/i.test(line)) { say('221 bye'); socket.end(); }
      else say('250 ok');
    }
  });
}).listen(25, '127.0.0.1');
`;

const CONFIG = `live = true
timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[limits]
undo_minutes = 0
drafts_per_run_drip = 40
drafts_per_day = 40
sends_per_run = 40
blast_radius_floor = 40
[mail]
transport = "smtp"
smtp.host = "127.0.0.1"
smtp.port = 25
pace_seconds_min = 0.2
pace_seconds_max = 0.2
[web]
token_secret = { file = "secrets/token-secret" }
`;

/** The relay inside of a machine. It starts with it, and its disk is the machine's. */
export class Relay {
  readonly #machine: Machine;

  /** Before the machine boots; `node` is a Node inside of it. */
  constructor(machine: Machine, node: string) {
    this.#machine = machine;
    const unit = `[Unit]
DefaultDependencies=no
[Service]
ExecStart=${node} ${PROGRAM}
Restart=always
RestartSec=1
`;
    put(machine, PROGRAM, SOURCE);
    put(machine, THINK, '0');
    put(machine, '/etc/systemd/system/relay.service', unit);
  }

  /** After every boot. */
  start(): void {
    this.#machine.sh('systemctl start relay.service');
  }

  think(milliseconds: number): void {
    this.#machine.sh(`echo ${String(milliseconds)} > ${THINK}`);
  }

  /** The Message-ID of every mail that it took, in order. */
  took(): readonly string[] {
    return this.#machine
      .sh(`cat ${TOOK}`)
      .split('\n')
      .filter((line) => line !== '');
  }
}

/** A workspace of samples that is live through the relay; its leads are drafted, and what was drafted waits for a person. */
export function goLive(machine: Machine): void {
  machine.sh(`rm -rf /etc/headgate/* /var/lib/headgate/*
headgate init /etc/headgate --sample --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address '1 Mill Lane'
cat > /etc/headgate/headgate.toml <<'END'
${CONFIG}END
headgate go-live --restart --yes
headgate drip || [ $? -eq 30 ]
headgate confirm --yes`);
}

/** Approves every draft that waits. Returns their ids. */
export function approveAll(machine: Machine): readonly string[] {
  return decide(machine, { state: 'pending_approval', verb: 'approve' });
}

/** Lets go what a doubt held, as a person does who has looked. Returns their ids. */
export function releaseAll(machine: Machine): readonly string[] {
  return decide(machine, { state: 'held', verb: 'release' });
}

function decide(
  machine: Machine,
  { state, verb }: { readonly state: string; readonly verb: string },
): readonly string[] {
  const ids = messages(machine, state);
  if (ids.length > 0) machine.sh(`headgate review ${verb} --all --count ${String(ids.length)}`);
  return ids;
}

/** Ids of the messages that wait for a person, by state. */
export function messages(machine: Machine, state: string): readonly string[] {
  const { items } = JSON.parse(machine.sh('headgate review list --json')) as {
    readonly items: readonly { readonly id: string; readonly state: string }[];
  };
  return items.filter((item) => item.state === state).map(({ id }) => id);
}

/** Ids of what left or was tried, by state. */
export function sends(machine: Machine, state: string): readonly string[] {
  const { items } = JSON.parse(machine.sh(`headgate sends list --state ${state} --limit 200 --json`)) as {
    readonly items: readonly { readonly id: string }[];
  };
  return items.map(({ id }) => id);
}

function put(machine: Machine, path: string, text: string): void {
  const file = join(tmpdir(), `headgate-rig-${String(process.pid)}`);
  writeFileSync(file, text);
  machine.put(file, path);
}
