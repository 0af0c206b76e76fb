import { checkDesk, count, type Finding } from './finding.ts';

/** What came of asking one source for the first of what is new. */
export type SourceFacts =
  /** `waiting`: of the first page; null where there is something and nobody counted it. */
  | { readonly kind: 'answered'; readonly waiting: number | null; readonly isAll: boolean }
  | { readonly kind: 'refused'; readonly words: string; readonly fix: string | null }
  | { readonly kind: 'slow'; readonly seconds: number };

/** F7: whoever `sync` listens to lets us in. What waits there is for `sync`; here it is only counted. */
export function judgeSource(
  facts: SourceFacts,
  about: { readonly id: string; readonly kind: string },
): Finding {
  const { id, kind } = about;
  const desk = checkDesk('sources', 'source');
  const preview = `headgate sync --preview --source ${id}`;
  switch (facts.kind) {
    case 'answered':
      return desk.pass(`${id} can be read`, `${kind}, ${waitingWords(facts)}`);
    case 'refused':
      return desk.problem(`${id} cannot be read`, facts.words, facts.fix ?? preview);
    case 'slow':
      return desk.warn(`${id} is slow`, `no answer within ${String(facts.seconds)} s`, preview);
  }
}

function waitingWords({ waiting, isAll }: Extract<SourceFacts, { kind: 'answered' }>): string {
  if (waiting === 0 && isAll) return 'nothing new';
  if (waiting === null || waiting === 0) return 'the next sync has something to read';
  return `${count(waiting, 'event')}${isAll ? '' : ' or more'} for the next sync`;
}
