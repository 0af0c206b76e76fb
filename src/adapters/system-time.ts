import type { SyncFacts } from '../core/doctor/clock.ts';
import { askTool } from './service-manager.ts';

/** What the programs of this machine say of its clock: chrony where it runs, else systemd's own. Ends in time, never throws for them. */
export async function clockSync(timeoutMs: number): Promise<SyncFacts> {
  const [chrony, systemd] = await Promise.all([
    askTool('chronyc', ['-n', 'tracking'], timeoutMs),
    askTool('timedatectl', ['show', '--property=NTP,NTPSynchronized'], timeoutMs),
  ]);
  if (chrony?.isDone === true) return readChrony(chrony.text);
  if (systemd?.isDone !== true) return { kind: 'unknown', why: 'neither timedatectl nor chronyc could tell' };
  if (/^NTPSynchronized=yes$/m.test(systemd.text))
    return { kind: 'synced', by: 'timedatectl', offsetMs: null };
  return { kind: 'unsynced', by: 'timedatectl', isEnabled: /^NTP=yes$/m.test(systemd.text) };
}

/** `System time     : 0.000012 seconds slow of NTP time`, `Leap status     : Normal`. */
export function readChrony(text: string): SyncFacts {
  if (!/^Leap status\s*:\s*(?:Normal|Insert second|Delete second)$/m.test(text))
    return { kind: 'unsynced', by: 'chronyc', isEnabled: true };
  const seconds = /^System time\s*:\s*([\d.]+) seconds/m.exec(text)?.[1];
  return { kind: 'synced', by: 'chrony', offsetMs: seconds === undefined ? null : Number(seconds) * 1_000 };
}
