import fc from 'fast-check';

/**
 * How the fuzzers run. The same few inputs in every `npm test`, so that a change is never red by chance; with FUZZ=whole a hundred times as
 * many, others each time. FUZZ_SEED and FUZZ_RUNS repeat what a failure printed.
 */

const IS_WHOLE = process.env['FUZZ'] === 'whole';
const WHOLE_FACTOR = 100;
const SEED = process.env['FUZZ_SEED'];
/** Any number does. */
const USUAL_SEED = 20_261_122;

/** Long enough for a hundred times as many on a busy machine. */
export const FUZZ_MS = IS_WHOLE || process.env['FUZZ_RUNS'] !== undefined ? 3_600_000 : 60_000;

/** Tries `runs` inputs in a quick run. */
export function settings(runs: number): Pick<fc.Parameters, 'seed' | 'numRuns'> {
  const asked = process.env['FUZZ_RUNS'];
  const numRuns = asked === undefined ? runs * (IS_WHOLE ? WHOLE_FACTOR : 1) : Number(asked);
  // Without a seed the library draws one, and prints it with what failed.
  if (IS_WHOLE && SEED === undefined) return { numRuns };
  return { seed: Number(SEED ?? USUAL_SEED), numRuns };
}

type Change =
  | {
      readonly kind: 'splice';
      readonly at: number;
      readonly from: number;
      readonly part: number;
      readonly length: number;
    }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'swap'; readonly at: number; readonly other: number; readonly length: number }
  | { readonly kind: 'word'; readonly at: number; readonly word: string | Uint8Array };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 }));

function changes(words: readonly string[]): fc.Arbitrary<Change> {
  return fc.oneof(
    fc.record({ kind: fc.constant('splice' as const), at: place, from: fc.nat(), part: place, length }),
    fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: place, length }),
    fc.record({ kind: fc.constant('truncate' as const), at: place }),
    fc.record({
      kind: fc.constant('repeat' as const),
      at: place,
      length,
      times: fc.constantFrom(2, 3, 10, 300),
    }),
    fc.record({ kind: fc.constant('swap' as const), at: place, other: place, length }),
    fc.record({
      kind: fc.constant('word' as const),
      at: place,
      word: fc.oneof(
        fc.constantFrom(...words),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.uint8Array({ maxLength: 6 }),
      ),
    }),
  );
}

/** Above it a repeated repeat is cut, so that a case stays a case and no test of the machine's memory. */
const BYTES_MAX = 200_000;

/** Good inputs, each broken in a few places: pieces of others spliced in, bits flipped, parts cut, repeated and swapped. */
export function broken(
  seeds: readonly (string | Uint8Array)[],
  words: readonly string[],
): fc.Arbitrary<Buffer> {
  const good = seeds.map((seed) => Buffer.from(seed));
  return fc
    .record({ seed: fc.nat({ max: good.length - 1 }), changes: fc.array(changes(words), { maxLength: 6 }) })
    .map(({ seed, changes: list }) =>
      list.reduce<Buffer>(
        (bytes, change) => changed(bytes, change, good).subarray(0, BYTES_MAX),
        good[seed] ?? Buffer.alloc(0),
      ),
    );
}

function changed(bytes: Buffer, change: Change, good: readonly Buffer[]): Buffer {
  const at = Math.floor(change.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'splice': {
      const other = good[change.from % good.length] ?? bytes;
      const from = Math.floor(change.part * other.length);
      return Buffer.concat([before, other.subarray(from, from + change.length), after]);
    }
    case 'flip': {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ (1 << change.bit);
      return copy;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'truncate':
      return before;
    case 'repeat':
      return Buffer.concat([
        before,
        ...Array.from({ length: change.times }, () => after.subarray(0, change.length)),
        after,
      ]);
    case 'swap': {
      const other = Math.floor(change.other * bytes.length);
      const [first, second] = [Math.min(at, other), Math.max(at, other)];
      const width = Math.min(change.length, second - first, bytes.length - second);
      return Buffer.concat([
        bytes.subarray(0, first),
        bytes.subarray(second, second + width),
        bytes.subarray(first + width, second),
        bytes.subarray(first, first + width),
        bytes.subarray(second + width),
      ]);
    }
    case 'word':
      return Buffer.concat([before, Buffer.from(change.word as string), after]);
  }
}

/** What no program that wrote JSON would put where it stands. */
const JUNK: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  9_007_199_254_740_993,
  0.5,
  true,
  [],
  {},
  [[[[[[]]]]]],
  'constructor',
  '__proto__',
  'x'.repeat(20_000),
  'a@b.example\r\nBcc: c@d.example',
  '\u0000\ud800\u202e',
  '<m-aaaaaaaaaaaaaaaa@mail.example.com>',
  '2026-02-30T25:61:00Z',
  '-1',
];

/** A good document with some of its values replaced by what should not be there, or with members of dangerous names. */
export function brokenJson(seeds: readonly unknown[]): fc.Arbitrary<unknown> {
  const junk = fc.oneof(fc.constantFrom(...JUNK), fc.jsonValue({ maxDepth: 2 }));
  const change = fc.record({
    at: fc.nat({ max: 200 }),
    value: junk,
    name: fc.option(fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '')),
  });
  return fc
    .record({ seed: fc.constantFrom(...seeds), list: fc.array(change, { maxLength: 4 }) })
    .map(({ seed, list }) =>
      list.reduce<unknown>((value, each) => replaced(value, each), structuredClone(seed)),
    );
}

function replaced(
  value: unknown,
  change: { readonly at: number; readonly value: unknown; readonly name: string | null },
): unknown {
  let count = 0;
  const walk = (node: unknown): unknown => {
    count += 1;
    if (count - 1 === change.at) return change.value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const members = Object.entries(node).map(([name, inner]) => [name, walk(inner)] as const);
    if (change.name !== null && change.at % 7 === 0) members.push([change.name, change.value]);
    // As a parser would make it: a member __proto__ is a member like any other.
    const written = members.map(([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`);
    return JSON.parse(`{${written.join(',')}}`) as unknown;
  };
  return walk(value);
}
