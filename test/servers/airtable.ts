import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';
import { faultOf, isList, isObject, parseJson, text, texts, type Shape } from './shape.ts';

/** One record as the base holds it. */
export interface AirtableRecord {
  readonly id: string;
  fields: Readonly<Record<string, unknown>>;
  modifiedAt: number;
}

interface Iterator {
  /** Ids in the order in which they are handed out. */
  readonly ids: string[];
  /** How many were. */
  at: number;
  usedAt: number;
}

interface ListQuery {
  readonly pageSize: number;
  readonly view: string | null;
  readonly formula: string | null;
  readonly fields: readonly string[] | null;
  readonly offset: string | null;
}

const PENALTY_MS = 30_000;
const PAGE_SIZE_MAX = 100;
const URL_LENGTH_MAX = 16_000;
const FORMULA = /^IS_AFTER\(LAST_MODIFIED_TIME\(\),"([^"\\]+)"\)$/;

const LIST_SHAPES: Readonly<Record<string, Shape>> = {
  pageSize: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= PAGE_SIZE_MAX
      ? null
      : 'must be 1 to 100',
  view: text(),
  filterByFormula: text(),
  offset: text(),
  fields: texts(1_000),
};

interface Update {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const RECORDS_WRITTEN_MAX = 10;
const UPDATE_SHAPES: Readonly<Record<string, Shape>> = {
  records: (value) =>
    isList(value) && value.length >= 1 && value.length <= RECORDS_WRITTEN_MAX && value.every(isUpdate)
      ? null
      : 'must be 1 to 10 records',
  typecast: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
};

function isUpdate(value: unknown): value is Update {
  return (
    isObject(value) &&
    Object.keys(value).every((name) => name === 'id' || name === 'fields') &&
    typeof value['id'] === 'string' &&
    isObject(value['fields'])
  );
}

/**
 * One table of Airtable (Web API): pages of up to 100 behind an iterator that goes away, empty cells absent, 429 and then thirty
 * seconds of it, and errors in three shapes. Records may change while somebody pages.
 */
export class AirtableServer extends ProviderServer {
  static readonly TOKEN = 'patLoopback00000.0123456789abcdef0123456789abcdef';
  static readonly BASE = 'appLoopback000000';
  static readonly TABLE = 'All leads';
  readonly records = new Map<string, AirtableRecord>();
  /** The fields of the table; a cell of another is a fault of the test. */
  readonly fieldNames = new Set<string>();
  views: readonly string[] = ['Leads'];
  /** Milliseconds after which an iterator that was not used is gone. */
  iteratorLifeMs = Infinity;
  /** Numbers of the requests, counted from 1, that are one too many. */
  readonly tooMany = new Set<number>();
  /** Called before a page is made: others work in the base meanwhile. */
  meanwhile: ((page: number) => void) | null = null;
  /** False: the token may only read. */
  mayWrite = true;
  /** Records that refuse what is written into them. */
  readonly locked = new Set<string>();
  private readonly iterators = new Map<string, Iterator>();
  private asked = 0;
  private pages = 0;
  private failingUntil = 0;

  static async start(): Promise<AirtableServer> {
    return new AirtableServer().listen();
  }

  private constructor() {
    super();
  }

  /** Makes a record, or changes the named fields of one; null empties a cell. */
  put(id: string, fields: Readonly<Record<string, unknown>>): void {
    const known = this.records.get(id);
    const all = Object.entries({ ...known?.fields, ...fields });
    const filled = Object.fromEntries(all.filter(([, value]) => value !== null && value !== false));
    for (const name of Object.keys(fields)) this.fieldNames.add(name);
    this.records.set(id, { id, fields: filled, modifiedAt: this.now() });
  }

  /** Every iterator is forgotten, as after a restart. */
  restart(): void {
    this.iterators.clear();
  }

  protected messageOf(): string | null {
    return null;
  }

  protected judge(request: ProviderRequest): Judged {
    return { messageId: null, answer: this.answerTo(request) };
  }

  private answerTo(request: ProviderRequest): ProviderAnswer {
    this.asked += 1;
    if (request.headers['authorization'] !== `Bearer ${AirtableServer.TOKEN}`)
      return said(401, 'AUTHENTICATION_REQUIRED', 'Authentication required');
    if (this.tooMany.has(this.asked)) this.failingUntil = this.now() + PENALTY_MS;
    if (this.now() < this.failingUntil) return RATE_LIMITED;
    const [, base = '', table = '', tail = ''] =
      /^\/v0\/([^/]+)\/([^/]+)(\/listRecords)?$/.exec(request.path) ?? [];
    if (decodeURIComponent(base) !== AirtableServer.BASE)
      return said(403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions, or model not found');
    if (decodeURIComponent(table) !== AirtableServer.TABLE) return json(404, { error: 'NOT_FOUND' });
    if (request.method === 'PATCH' && tail === '') return this.update(request);
    if (request.method !== (tail === '' ? 'GET' : 'POST')) return json(404, { error: 'NOT_FOUND' });
    const query = tail === '' ? fromSearch(request) : fromBody(request.body);
    return typeof query === 'string' ? said(422, 'INVALID_REQUEST_UNKNOWN', query) : this.list(query);
  }

  /** All of the records that a request names, or none. */
  private update({ body, query }: ProviderRequest): ProviderAnswer {
    if (!this.mayWrite)
      return said(403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions, or model not found');
    const value = parseJson(body);
    if (!isObject(value) || query.size > 0) return said(422, 'INVALID_REQUEST_UNKNOWN', 'this is no object');
    const fault = faultOf(value, UPDATE_SHAPES);
    if (fault !== null) return said(422, 'INVALID_REQUEST_UNKNOWN', fault);
    const changes = isList(value['records']) ? value['records'].filter(isUpdate) : [];
    for (const { id, fields } of changes) {
      if (!this.records.has(id)) return said(422, 'ROW_DOES_NOT_EXIST', `Record ID ${id} does not exist`);
      const unknown = Object.keys(fields).find((name) => !this.fieldNames.has(name));
      if (unknown !== undefined) return said(422, 'UNKNOWN_FIELD_NAME', `Unknown field name: "${unknown}"`);
      if (this.locked.has(id)) return said(422, 'INVALID_VALUE_FOR_COLUMN', 'Field cannot accept the value');
    }
    for (const { id, fields } of changes) this.put(id, fields);
    return json(200, { records: changes.map(({ id }) => shown(this.records.get(id)!, null)) });
  }

  private list(query: ListQuery): ProviderAnswer {
    const unknown = query.fields?.find((name) => !this.fieldNames.has(name));
    if (unknown !== undefined) return said(422, 'UNKNOWN_FIELD_NAME', `Unknown field name: "${unknown}"`);
    if (query.view !== null && !this.views.includes(query.view))
      return said(422, 'VIEW_NAME_NOT_FOUND', `View ${query.view} not found`);
    const after = afterOf(query.formula);
    if (after === 'wrong')
      return said(422, 'INVALID_FILTER_BY_FORMULA', 'The formula for filtering records is invalid');
    this.pages += 1;
    this.meanwhile?.(this.pages);
    const iterator = query.offset === null ? this.begin(after) : this.resume(query.offset);
    if (typeof iterator === 'string') return said(422, iterator, 'Try listing again from the start.');
    return json(200, this.page(iterator, query));
  }

  private begin(after: number | null): Iterator {
    const found = [...this.records.values()].filter(({ modifiedAt }) => after === null || modifiedAt > after);
    return { ids: found.map(({ id }) => id), at: 0, usedAt: this.now() };
  }

  private resume(offset: string): Iterator | string {
    if (!/^itr[0-9]+\/rec\w+$/.test(offset)) return 'INVALID_OFFSET_VALUE';
    const iterator = this.iterators.get(offset);
    if (iterator === undefined || this.now() - iterator.usedAt > this.iteratorLifeMs)
      return 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE';
    return iterator;
  }

  private page(iterator: Iterator, { pageSize, fields }: ListQuery): Readonly<Record<string, unknown>> {
    const ids = iterator.ids.slice(iterator.at, iterator.at + pageSize);
    const records = ids.flatMap((id) => {
      const record = this.records.get(id);
      return record === undefined ? [] : [shown(record, fields)];
    });
    const at = iterator.at + ids.length;
    const next = iterator.ids[at];
    if (next === undefined) return { records };
    const offset = `itr${String(this.iterators.size)}/${next}`;
    this.iterators.set(offset, { ids: iterator.ids, at, usedAt: this.now() });
    return { records, offset };
  }

  /** A record moves in the order of everybody who pages right now: it may be handed out twice, or not at all. */
  move(id: string, to: 'front' | 'end'): void {
    const lists = new Set([...this.iterators.values()].map(({ ids }) => ids));
    for (const ids of lists) {
      const from = ids.indexOf(id);
      if (from === -1) continue;
      ids.splice(from, 1);
      ids.splice(to === 'front' ? 0 : ids.length, 0, id);
    }
  }
}

const RATE_LIMITED = json(429, {
  errors: [{ error: 'RATE_LIMIT_REACHED', message: 'Rate limit exceeded. Please try again later' }],
});

function said(status: number, type: string, message: string): ProviderAnswer {
  return json(status, { error: { type, message } });
}

function shown({ id, fields, modifiedAt }: AirtableRecord, only: readonly string[] | null): unknown {
  const entries = Object.entries(fields).filter(([name]) => only === null || only.includes(name));
  return { id, createdTime: new Date(modifiedAt).toISOString(), fields: Object.fromEntries(entries) };
}

/** Null for no formula; `wrong` for one that this base does not understand. */
function afterOf(formula: string | null): number | null | 'wrong' {
  if (formula === null) return null;
  const at = Date.parse(FORMULA.exec(formula)?.[1] ?? '');
  return Number.isNaN(at) ? 'wrong' : at;
}

function fromSearch({ query, path }: ProviderRequest): ListQuery | string {
  if (path.length + query.toString().length > URL_LENGTH_MAX) return 'the address is too long';
  const names = [...query.keys()];
  const twice = names.find((name) => name !== 'fields[]' && query.getAll(name).length > 1);
  if (twice !== undefined) return `${twice} came twice`;
  const plain = names
    .filter((name) => name !== 'fields[]')
    .map((name) => [name, name === 'pageSize' ? Number(query.get(name)) : query.get(name)]);
  const fields = query.getAll('fields[]');
  return read({ ...Object.fromEntries(plain), ...(fields.length === 0 ? {} : { fields }) });
}

function fromBody(body: Buffer): ListQuery | string {
  return read(parseJson(body));
}

function read(value: unknown): ListQuery | string {
  if (!isObject(value)) return 'this is no object';
  const fault = faultOf(value, LIST_SHAPES);
  if (fault !== null) return fault;
  const textOf = (name: string): string | null => {
    const found = value[name];
    return typeof found === 'string' ? found : null;
  };
  const { fields } = value;
  return {
    pageSize: typeof value['pageSize'] === 'number' ? value['pageSize'] : PAGE_SIZE_MAX,
    view: textOf('view'),
    formula: textOf('filterByFormula'),
    offset: textOf('offset'),
    fields: isList(fields) ? fields.map(String) : null,
  };
}
