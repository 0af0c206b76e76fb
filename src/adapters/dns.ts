import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

import { systemCode } from '../core/errors.ts';
import type { Lookup } from '../core/doctor/records.ts';

/** Questions to the DNS that only look; each ends in time, and none throws for what a server does. */
export interface Dns {
  /** Each record whole, however many strings it is kept in. */
  txt(name: string): Promise<Lookup<string>>;
  mx(name: string): Promise<Lookup<{ readonly exchange: string; readonly priority: number }>>;
  /** Whether the name has an address in the DNS. */
  hasAddress(name: string): Promise<boolean>;
  /** Null where a program of this machine finds an address for the host; else why not. */
  troubleOfHost(host: string): Promise<string | null>;
}

export interface DnsOptions {
  /** Name servers such as `9.9.9.9` or `127.0.0.1:5353`; those of the system when there is none. */
  readonly servers: readonly string[];
  readonly timeoutMs: number;
}

/** No such name, and no such record at a name that is there. */
const NOTHING: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);
const TRIES = 2;

/** Asks the name servers themselves, past the caches of this machine. Throws ERR_INVALID_IP_ADDRESS for a server that is none. */
export function createDns({ servers, timeoutMs }: DnsOptions): Dns {
  const ask = async <Answer>(
    question: (resolver: Resolver) => Promise<readonly Answer[]>,
  ): Promise<Lookup<Answer>> => {
    const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / TRIES), tries: TRIES });
    if (servers.length > 0) resolver.setServers(servers);
    const timer = setTimeout(() => {
      resolver.cancel();
    }, timeoutMs);
    try {
      const records = await question(resolver);
      return records.length === 0 ? { kind: 'none' } : { kind: 'found', records };
    } catch (error) {
      return trouble(error);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    txt: (name) => ask(async (resolver) => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
    mx: (name) => ask((resolver) => resolver.resolveMx(name)),
    async hasAddress(name) {
      const answers = await Promise.all([
        ask((resolver) => resolver.resolve4(name)),
        ask((resolver) => resolver.resolve6(name)),
      ]);
      return answers.some(({ kind }) => kind === 'found');
    },
    troubleOfHost: (host) => troubleOfHost(host, timeoutMs),
  };
}

function trouble(error: unknown): Lookup<never> {
  const code = systemCode(error);
  if (code === null) throw error;
  if (NOTHING.has(code)) return { kind: 'none' };
  const isSilent = code === 'ETIMEOUT' || code === 'ECANCELLED';
  return {
    kind: 'failed',
    words: isSilent ? 'no name server answered in time' : `the name server answered ${code}`,
  };
}

/** The way in which everything else here finds a host, /etc/hosts included. The system's own wait has no bound. */
async function troubleOfHost(host: string, timeoutMs: number): Promise<string | null> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, timeoutMs);
  });
  try {
    const found: LookupAddress | 'late' = await Promise.race([systemLookup(bare), late]);
    return found === 'late' ? 'no name server answered in time' : null;
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return NOTHING.has(code) ? 'there is no such name' : `the name cannot be looked up (${code})`;
  } finally {
    clearTimeout(timer);
  }
}
