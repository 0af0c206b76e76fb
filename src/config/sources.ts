import { parseRename, type ColumnRename } from '../core/lead-columns.ts';
import { WRITTEN_FACTS, type WriteBackField } from '../core/write-back.ts';
import type { CrossIssue } from './cross-checks.ts';
import type { SecretReference } from './key-spec.ts';
import type { ValueReader } from './value-reader.ts';

/** One [[source]] block, complete for its kind. */
export interface CsvSourceConfig {
  readonly kind: 'csv';
  readonly id: string;
  /** As written: relative to the folder of headgate.toml. */
  readonly path: string;
  /** For leads whose row names no source. */
  readonly leadSource: string | null;
}

export interface AirtableSourceConfig {
  readonly kind: 'airtable';
  readonly id: string;
  readonly base: string;
  readonly table: string;
  /** Null: the whole table. */
  readonly view: string | null;
  readonly renames: readonly ColumnRename[];
  /** What we tell the table, and the field for it; none: it is only read. */
  readonly writeBack: readonly WriteBackField[];
  readonly leadSource: string | null;
  readonly key: SecretReference;
  readonly baseUrl: string | null;
  readonly requestsPerSecond: number;
}

export interface MailgunSourceConfig {
  readonly kind: 'mailgun';
  readonly id: string;
  readonly domain: string;
  readonly index: 'events' | 'logs';
  readonly key: SecretReference;
  /** Null: the service itself. */
  readonly baseUrl: string | null;
  readonly requestsPerSecond: number;
}

export interface StreamSourceConfig {
  readonly kind: 'stream';
  readonly id: string;
  /** The handle whose log it is. */
  readonly identity: string;
  readonly key: SecretReference;
  readonly baseUrl: string | null;
  readonly requestsPerSecond: number;
}

export interface ImapSourceConfig {
  readonly kind: 'imap';
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: SecretReference;
  /** TLS from the first byte; false means STARTTLS. */
  readonly isSecure: boolean;
  readonly folders: readonly string[];
}

export interface ResendSourceConfig {
  readonly kind: 'resend';
  readonly id: string;
  readonly key: SecretReference;
  readonly baseUrl: string | null;
  readonly requestsPerSecond: number;
}

export type SourceConfig =
  | AirtableSourceConfig
  | CsvSourceConfig
  | ImapSourceConfig
  | MailgunSourceConfig
  | ResendSourceConfig
  | StreamSourceConfig;

/** A21: the kinds from which a person's answer may come. */
const REPLY_KINDS: ReadonlySet<string> = new Set(['imap', 'stream']);

/** A21: the sources that must be read to their end before anything leaves. */
export function replySourceIds(values: ValueReader): readonly string[] {
  return values
    .blocks('source')
    .filter((block) => REPLY_KINDS.has(block.text('kind')))
    .map((block) => block.text('id'));
}

/** In the order of the file. Checked before: ids are distinct, each block has what its kind needs. */
export function createSources(values: ValueReader): readonly SourceConfig[] {
  return values.blocks('source').map(createSource);
}

function createSource(block: ValueReader): SourceConfig {
  const id = block.text('id');
  const kind = block.text('kind');
  switch (kind) {
    case 'airtable':
      return {
        kind,
        id,
        base: block.text('base'),
        table: block.text('table'),
        view: block.textOrNull('view'),
        renames: renamesOf(block).filter((rename) => 'from' in rename),
        writeBack: writeBackOf(block).filter((field) => field !== null),
        leadSource: block.textOrNull('lead_source'),
        ...serviceOf(block, AIRTABLE_REQUESTS_PER_SECOND),
      };
    case 'csv':
      return { kind, id, path: block.text('path'), leadSource: block.textOrNull('lead_source') };
    case 'imap': {
      const isSecure = block.isSet('secure') ? block.flag('secure') : true;
      return {
        kind,
        id,
        isSecure,
        host: block.text('host'),
        port: block.numberOrNull('port') ?? (isSecure ? IMAPS_PORT : IMAP_PORT),
        user: block.text('user'),
        password: secret(block, 'password'),
        folders: block.isSet('folders') ? block.texts('folders') : ['INBOX'],
      };
    }
    case 'mailgun':
      return {
        kind,
        id,
        domain: block.text('domain'),
        index: block.textOrNull('index') === 'logs' ? 'logs' : 'events',
        ...serviceOf(block),
      };
    case 'resend':
      return { kind, id, ...serviceOf(block) };
    case 'stream':
      return { kind, id, identity: block.text('identity'), ...serviceOf(block) };
    default:
      throw new Error(`${kind} passed validation but is no kind of source`);
  }
}

const IMAPS_PORT = 993;
const IMAP_PORT = 143;
/** Slow enough for every service here. */
const REQUESTS_PER_SECOND = 5;
/** A base takes five of all clients together; one of them too many, and it refuses everything for half a minute. */
const AIRTABLE_REQUESTS_PER_SECOND = 4;

function renamesOf(block: ValueReader): readonly ReturnType<typeof parseRename>[] {
  return block.isSet('map') ? block.texts('map').map(parseRename) : [];
}

/** Null for an element that is none. */
function writeBackOf(block: ValueReader): readonly (WriteBackField | null)[] {
  const texts = block.isSet('write_back') ? block.texts('write_back') : [];
  return texts.map((text) => {
    const cut = text.indexOf('=');
    const fact = WRITTEN_FACTS.find((name) => name === text.slice(0, Math.max(0, cut)).trim());
    const field = text.slice(cut + 1).trim();
    return fact === undefined || field === '' ? null : { fact, field };
  });
}

/** What every service that speaks HTTP has. */
function serviceOf(
  block: ValueReader,
  requestsPerSecond = REQUESTS_PER_SECOND,
): {
  readonly key: SecretReference;
  readonly baseUrl: string | null;
  readonly requestsPerSecond: number;
} {
  return {
    key: secret(block, 'key'),
    baseUrl: block.textOrNull('base_url'),
    requestsPerSecond: block.numberOrNull('requests_per_second') ?? requestsPerSecond,
  };
}

function secret(block: ValueReader, name: string): SecretReference {
  const reference = block.secretOrNull(name);
  if (reference === null) throw new Error(`${name} passed validation but is not there`);
  return reference;
}

/** By kind: the keys that it needs, and those that it may have beside `id` and `kind`. */
const KEYS_OF_KIND: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly takes: readonly string[] }>
> = {
  airtable: {
    needs: ['base', 'table', 'key'],
    takes: ['view', 'map', 'write_back', 'lead_source', 'base_url', 'requests_per_second'],
  },
  csv: { needs: ['path'], takes: ['lead_source'] },
  imap: { needs: ['host', 'user', 'password'], takes: ['port', 'secure', 'folders'] },
  mailgun: { needs: ['domain', 'key'], takes: ['index', 'base_url', 'requests_per_second'] },
  resend: { needs: ['key'], takes: ['base_url', 'requests_per_second'] },
  stream: { needs: ['identity', 'key'], takes: ['base_url', 'requests_per_second'] },
};
const ALL_KEYS = [
  ...new Set(Object.values(KEYS_OF_KIND).flatMap(({ needs, takes }) => [...needs, ...takes])),
];

/** A key that its kind needs is missing; one that another kind reads would be there and do nothing. */
export function crossCheckSources(values: ValueReader): readonly CrossIssue[] {
  return values.blocks('source').flatMap((block, index) => {
    const kind = block.textOrNull('kind');
    const keys = kind === null ? undefined : KEYS_OF_KIND[kind];
    if (kind === null || keys === undefined) return [];
    const keyOf = (name: string): string => `source[${String(index)}].${name}`;
    const issue = (name: string, of: Pick<CrossIssue, 'kind' | 'expected'>): CrossIssue => ({
      ...of,
      key: keyOf(name),
      involves: [keyOf('kind'), keyOf(name)],
    });
    const missing = keys.needs.filter((name) => !block.isSet(name));
    const idle = ALL_KEYS.filter((name) => !keys.needs.includes(name) && !keys.takes.includes(name));
    return [
      ...missing.map((name) =>
        issue(name, { kind: 'missing', expected: `a source of kind "${kind}" needs it` }),
      ),
      ...idle
        .filter((name) => block.isSet(name))
        .map((name) =>
          issue(name, { kind: 'conflict', expected: `a source of kind "${kind}" does not read it` }),
        ),
      ...renamesOf(block)
        .filter((rename) => 'problem' in rename)
        .map(() =>
          issue('map', { kind: 'wrong_value', expected: 'each is "THEIRS=OURS", as "E-Mail=email"' }),
        ),
      ...writeBackOf(block)
        .filter((field) => field === null)
        .map(() =>
          issue('write_back', {
            kind: 'wrong_value',
            expected: `each is "OURS=THEIRS", as "status=Mail status"; ours are ${WRITTEN_FACTS.join(', ')}`,
          }),
        ),
    ];
  });
}
