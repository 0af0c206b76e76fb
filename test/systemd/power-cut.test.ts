import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { removeInstallations } from '../acceptance/rig/installation.ts';
import { IS_WHOLE } from '../packaging/built.ts';
import { Machine, whyNoMachine } from './rig/machine.ts';
import { approveAll, goLive, messages, Relay, releaseAll, sends } from './rig/relay.ts';

const WHY_NOT = whyNoMachine();
const SETUP_MS = 60_000;
const CUTS_MS = 180_000;

/** When the power goes: after this many mails more are on the relay's disk, while the relay thinks this long about each. */
interface Cut {
  readonly name: string;
  readonly mails: number;
  readonly thinkMs: number;
}

const ALL_CUTS: readonly Cut[] = [
  { name: 'between the body and its acknowledgement', mails: 1, thinkMs: 60_000 },
  { name: 'between two mails', mails: 3, thinkMs: 0 },
  { name: 'while several are under way', mails: 2, thinkMs: 500 },
];
/** The worst moment always, the others with `npm run test:deb`. */
const CUTS = IS_WHOLE ? ALL_CUTS : ALL_CUTS.slice(0, 1);

describe.skipIf(WHY_NOT !== null)(`a power cut during send${WHY_NOT === null ? '' : ` (${WHY_NOT})`}`, () => {
  let machine: Machine;
  let relay: Relay;

  beforeAll(async () => {
    machine = new Machine();
    relay = new Relay(machine, '/opt/headgate/node_modules/.bin/node');
    await machine.boot();
    relay.start();
    machine.sh("/opt/headgate/bin/headgate units install --yes --send '*-*-* *:*:00/2 UTC'");
  }, SETUP_MS);

  afterAll(async () => {
    await machine.destroy();
    removeInstallations();
  });

  test(
    'D1, A5: whenever it comes, each approved mail leaves at most once, what nobody can know is listed, and none is lost',
    async () => {
      goLive(machine);
      machine.sh("headgate units install --yes --send '*-*-* *:*:00/2 UTC'");
      const approved: string[] = [];
      for (const { name, mails, thinkMs } of CUTS) {
        const before = relay.took().length;
        relay.think(thinkMs);
        approved.push(...approveAll(machine));
        releaseAll(machine);
        await machine.until(`${String(mails)} mails, ${name}`, () => relay.took().length >= before + mails);
        await machine.cutPower();
        await machine.boot();
        relay.start();
        await settled(`the first run since the boot, after a cut ${name}`);
        expectNoneTwice();
        expect(messages(machine, 'held').length, name).toBeGreaterThan(0);
      }
      relay.think(0);
      releaseAll(machine);
      await settled('the rest');
      expect(approved).toHaveLength(16);

      const [sent, uncertain] = [sends(machine, 'sent'), sends(machine, 'uncertain')];
      const took = relay.took().map((id) => id.split('@')[0] ?? '');
      expectNoneTwice();
      expect([...sent, ...uncertain].toSorted()).toEqual([...approved].toSorted());
      expect(sent.filter((id) => !took.includes(id))).toEqual([]);
      expect(took.filter((id) => !approved.includes(id))).toEqual([]);
      expect(uncertain.length).toBeGreaterThan(0);
      process.stdout.write(
        `${String(sent.length)} sent, ${String(uncertain.length)} uncertain, ${String(took.length)} taken\n`,
      );
    },
    CUTS_MS,
  );

  /** The timers run by themselves; a run that found something to judge has ended when nothing is approved or being sent. */
  async function settled(what: string): Promise<void> {
    await machine.until(
      what,
      () => [...messages(machine, 'approved'), ...messages(machine, 'sending')].length === 0,
    );
  }

  function expectNoneTwice(): void {
    const took = relay.took();
    expect(took.filter((id, index) => took.indexOf(id) !== index)).toEqual([]);
  }
});
