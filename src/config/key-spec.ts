/** How to get a secret. A secret itself never stands in a value of the configuration (cli.md 1). */
export type SecretReference =
  | { readonly kind: 'credential'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** The text of this environment variable; allowed, and said so by `config show`. */
  | { readonly kind: 'environment'; readonly variable: string };

/** A value after validation. Times stay text (`09:00`), integers are safe numbers, `null` is "not set". */
export type ConfigValue =
  | boolean
  | number
  | string
  | readonly string[]
  | readonly number[]
  | SecretReference
  | readonly SecretReference[]
  | null;

export type ValueType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'number'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'text'; readonly maximumLength: number; readonly multiLine?: boolean }
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      /** Further words that are part of the contract, with what each will do once it is available. */
      readonly later?: Readonly<Record<string, string>>;
    }
  /** `HH:MM`; only an end may be 24:00. */
  | { readonly kind: 'time'; readonly role: 'start' | 'end' }
  | { readonly kind: 'zone' }
  | { readonly kind: 'dates' }
  | { readonly kind: 'weekdays' }
  /** `"lead"`, or ISO 3166 codes of two letters. */
  | { readonly kind: 'lead_countries' }
  /** Bare addresses, kept in lower case. */
  | { readonly kind: 'addresses' }
  | { readonly kind: 'address' }
  /** `Name <address>` or a bare address. */
  | { readonly kind: 'mailbox' }
  | { readonly kind: 'domains' }
  | { readonly kind: 'host' }
  | { readonly kind: 'web_address' }
  | { readonly kind: 'secret' }
  /** A list of secrets, each told like one. */
  | { readonly kind: 'secrets' }
  /** A few short texts, each one line. */
  | { readonly kind: 'text_list' }
  /** Lower-case letters, digits and hyphens: fit for a file name, a lock and a command line. */
  | { readonly kind: 'short_name' }
  /** One Telegram chat: its number, which is below zero for groups, or its public name with an @. Kept as text. */
  | { readonly kind: 'chat' }
  /** Numbers of people, such as Telegram's. */
  | { readonly kind: 'user_ids' }
  /** A program and its arguments; no shell reads them. */
  | { readonly kind: 'command' }
  /** A web address with `{{name}}` where something of the moment stands. */
  | { readonly kind: 'web_pattern'; readonly names: readonly string[] }
  /** Names a DKIM key in the DNS (RFC 6376, 3.1). */
  | { readonly kind: 'dkim_selector' }
  /** Only of keys that are not available yet: told in the reference, never checked. */
  | { readonly kind: 'described'; readonly description: string };

/** One key: the source of validation, defaults, `config explain` and the reference page. */
export interface KeySpec {
  /** Full name with dots; a key of an array of tables is written `source[].id`. */
  readonly key: string;
  readonly type: ValueType;
  readonly defaultValue: ConfigValue;
  /** Where the default depends on something: "0 while not live". */
  readonly defaultNote?: string;
  readonly unit?: string;
  /** One or two sentences for the operator: what it does and why one would change it. */
  readonly summary: string;
  readonly required?: boolean;
  /**
   * What the key will do once it is available. A key that has this is refused when set: one that is accepted and
   * then ignored would be a guard or a channel that silently is not there.
   */
  readonly later?: string;
}

export interface SectionSpec {
  /** First part of the keys; empty for the keys at the top of the file; `source[]` for an array of tables. */
  readonly section: string;
  readonly title: string;
  readonly summary: string;
  readonly keys: readonly KeySpec[];
  /** Of an array of tables: the last part of the key in which no two blocks may be equal, whatever their case. */
  readonly distinctBy?: string;
}

/** One file's worth of keys. */
export interface FileSchema {
  readonly fileName: string;
  readonly sections: readonly SectionSpec[];
}

/** Every key of a schema in the order of the reference. */
export function keysOf(schema: FileSchema): readonly KeySpec[] {
  return schema.sections.flatMap((section) => section.keys);
}

/** The name of an array of tables, `sender` for `sender[]`; null for any other section. */
export function blockName({ section }: Pick<SectionSpec, 'section'>): string | null {
  return section.endsWith('[]') ? section.slice(0, -2) : null;
}

/** The key of one block as messages and `config show` name it: `sender[].address` of the first is `sender[0].address`. */
export function keyInBlock(key: string, index: number): string {
  return key.replace('[]', `[${String(index)}]`);
}

/** Where a key stands in its file, as the locator asks for it: `sender[0].address` is sender, 0, address. */
export function pathOfKey(key: string): readonly string[] {
  return key.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
}

/** `limits.drafts_per_day` is `HEADGATE_LIMITS__DRAFTS_PER_DAY` (cli.md 2.0). */
export function environmentNameOf(key: string): string {
  return `HEADGATE_${key.toUpperCase().replaceAll('.', '__')}`;
}
