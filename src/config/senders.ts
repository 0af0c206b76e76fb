import { isSameAddress, type SenderRules } from '../core/senders/sender.ts';
import type { Brand } from './brand.ts';
import type { CrossIssue } from './cross-checks.ts';
import type { SecretReference } from './key-spec.ts';
import type { ValueReader } from './value-reader.ts';

export interface DkimConfig {
  readonly selector: string;
  /** Where the private key is, as PEM. */
  readonly key: SecretReference;
}

/** One mailbox that mail leaves from. */
export interface MailSender extends SenderRules {
  /** Shown beside the address. */
  readonly name: string;
  /** Null: whoever takes the mail on signs it, or nobody. */
  readonly dkim: DkimConfig | null;
}

export interface Senders {
  /** In the order of the file; without any [[sender]] the one of brand.toml. Never empty. */
  readonly all: readonly MailSender[];
  /** False: brand.toml's `from` is the one sender, and whoever it names has all leads. */
  readonly areNamed: boolean;
}

/** D6: who may write. Checked before: addresses are distinct, their domains the brand's, dkim whole. */
export function createSenders(values: ValueReader, brand: Brand): Senders {
  const { address, displayName } = brand.from;
  const blocks = values.blocks('sender');
  if (blocks.length > 0)
    return { areNamed: true, all: blocks.map((block) => createSender(block, displayName)) };
  const uncapped = { dailyCap: null, rampStart: null, rampStep: 0, takesOver: [], dkim: null };
  return { areNamed: false, all: [{ address, name: displayName, ...uncapped }] };
}

function createSender(block: ValueReader, brandName: string): MailSender {
  const selector = block.textOrNull('dkim.selector');
  const key = block.secretOrNull('dkim.key');
  return {
    address: block.text('address'),
    name: block.textOrNull('name') ?? brandName,
    dailyCap: block.number('daily_cap'),
    rampStart: block.numberOrNull('ramp_start'),
    rampStep: block.numberOrNull('ramp_step') ?? 0,
    takesOver: block.texts('takes_over'),
    dkim: selector === null || key === null ? null : { selector, key },
  };
}

/** Checks of the [[sender]] blocks among themselves, and with brand.toml (`domains` null: it is wrong by itself). */
export function crossCheckSenders(
  values: ValueReader,
  domains: readonly string[] | null,
): readonly CrossIssue[] {
  const blocks = values.blocks('sender');
  const addresses = blocks.map((block) => block.textOrNull('address'));
  return blocks.flatMap((block, index) => {
    const keyOf = (name: string): string => `sender[${String(index)}].${name}`;
    return [
      ...checkDomain(block, { key: keyOf('address'), domains }),
      ...checkPair(block, ['ramp_start', 'ramp_step'], keyOf),
      ...checkPair(block, ['dkim.selector', 'dkim.key'], keyOf),
      ...checkTakeOver(blocks, { index, key: keyOf('takes_over'), addresses }),
    ];
  });
}

/** Hardening 58: a sender outside of the brand's domains passes no DMARC. */
function checkDomain(
  block: ValueReader,
  { key, domains }: { readonly key: string; readonly domains: readonly string[] | null },
): readonly CrossIssue[] {
  const domain = block.textOrNull('address')?.split('@').at(-1)?.toLowerCase();
  if (domain === undefined || domains === null || domains.includes(domain)) return [];
  const expected = `its domain ${domain} is not one of domains in brand.toml (${domains.join(', ')})`;
  return [{ kind: 'conflict', key, expected, involves: [key] }];
}

/** Two keys of which neither means anything alone. */
function checkPair(
  block: ValueReader,
  names: readonly [string, string],
  keyOf: (name: string) => string,
): readonly CrossIssue[] {
  const [missing, ...others] = names.filter((name) => !block.isSet(name));
  if (missing === undefined || others.length > 0) return [];
  const involves = names.map(keyOf);
  const present = names.find((name) => name !== missing) ?? '';
  return [{ kind: 'missing', key: keyOf(missing), expected: `it belongs to ${keyOf(present)}`, involves }];
}

function checkTakeOver(
  blocks: readonly ValueReader[],
  at: { readonly index: number; readonly key: string; readonly addresses: readonly (string | null)[] },
): readonly CrossIssue[] {
  const { index, key, addresses } = at;
  const former = blocks[index]?.texts('takes_over') ?? [];
  const before = blocks.slice(0, index).flatMap((block) => block.texts('takes_over'));
  const present = former.find((each) => addresses.some((own) => own !== null && isSameAddress(own, each)));
  if (present !== undefined) {
    const expected = `${present} is a sender of this file and keeps its leads`;
    return [{ kind: 'conflict', key, expected, involves: [key] }];
  }
  const twice = former.find((each) => before.some((other) => isSameAddress(other, each)));
  if (twice === undefined) return [];
  const expected = `${twice} is taken over by an earlier block already`;
  return [{ kind: 'conflict', key, expected, involves: [key] }];
}
