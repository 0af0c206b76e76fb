import type { Instant } from '../../core/model.ts';

/** What the operator reads of this program. Never a token, an address or anything else that a stranger sent. */
export interface Journal {
  /** 2 for what a person must look at, 4 for a warning, 6 for what happened (syslog priorities). */
  say(priority: 2 | 4 | 6, text: string): void;
  /** Counts what strangers do all day; said at most once a minute, as a number. */
  count(what: string): void;
}

const QUIET_MS = 60_000;

/** `write` is given whole lines. */
export function createJournal(options: {
  readonly write: (line: string) => void;
  readonly isSystemd: boolean;
  readonly now: () => Instant;
}): Journal {
  const counts = new Map<string, { told: Instant; since: number }>();
  const say: Journal['say'] = (priority, text) => {
    options.write(`${options.isSystemd ? `<${String(priority)}>` : ''}${text}\n`);
  };
  return {
    say,
    count(what) {
      const now = options.now();
      const entry = counts.get(what) ?? { told: -Infinity, since: 0 };
      entry.since += 1;
      counts.set(what, entry);
      if (Math.abs(now - entry.told) < QUIET_MS) return;
      say(4, `${what}: ${String(entry.since)} since this was last said`);
      entry.told = now;
      entry.since = 0;
    },
  };
}
