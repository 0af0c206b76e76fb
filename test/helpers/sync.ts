import type { Desk } from '../commands/desk.ts';

/** What `sync --json` says. */
export interface SyncDocument {
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly name: string; readonly message: string | null };
}

export async function sync(bench: Pick<Desk, 'json'>, ...flags: readonly string[]): Promise<SyncDocument> {
  return (await bench.json(['sync', ...flags])) as unknown as SyncDocument;
}
