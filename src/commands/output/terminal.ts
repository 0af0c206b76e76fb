/** Where and how text is shown. All methods are pure: text in, text out. */
export interface Terminal {
  readonly isTty: boolean;
  /** Columns; 80 when unknown. */
  readonly width: number;
  readonly color: boolean;
  /** True: only ASCII symbols are drawn. */
  readonly ascii: boolean;
  /** False where the locale says that the terminal reads other bytes than UTF-8: what is shown goes through `asciiText`. */
  readonly isUtf8: boolean;
  readonly symbols: TerminalSymbols;
  /** A problem. */
  red(text: string): string;
  /** Held. */
  yellow(text: string): string;
  /** Sent. */
  green(text: string): string;
  /** Secondary. */
  dim(text: string): string;
  /** The thing to read. */
  bold(text: string): string;
}

/** Meaning never hangs on colour alone: these carry it, with an ASCII spelling each. */
export interface TerminalSymbols {
  readonly ok: string;
  readonly warning: string;
  readonly problem: string;
  readonly ellipsis: string;
  readonly dash: string;
  readonly dot: string;
  readonly arrow: string;
  readonly rule: string;
  readonly block: string;
}

/** What decides how a stream is written to. */
export interface TerminalTraits {
  readonly isTty: boolean;
  readonly columns: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** False with `--no-color`; null leaves it to the environment and the stream. */
  readonly color: false | null;
  /** True with `--ascii`; false leaves it to the locale. */
  readonly ascii: boolean;
}

export const DEFAULT_WIDTH = 80;

const SYMBOLS: TerminalSymbols = {
  ok: '✓',
  warning: '!',
  problem: '✗',
  ellipsis: '…',
  dash: '—',
  dot: '·',
  arrow: '›',
  rule: '─',
  block: '█',
};

const ASCII_SYMBOLS: TerminalSymbols = {
  ok: 'ok',
  warning: '!',
  problem: 'X',
  ellipsis: '~',
  dash: '-',
  dot: '|',
  arrow: '>',
  rule: '-',
  block: '#',
};

/** A terminal for one stream: stdout and stderr are judged apart, since either may be redirected alone. */
export function createTerminal(traits: TerminalTraits): Terminal {
  const color = wantsColor(traits);
  const isUtf8 = hasUtf8Locale(traits.env);
  const ascii = traits.ascii || !isUtf8;
  const style = (open: number, close: number) => (text: string) =>
    color && text !== '' ? `\u001B[${String(open)}m${text}\u001B[${String(close)}m` : text;
  return {
    isTty: traits.isTty,
    width: traits.columns ?? DEFAULT_WIDTH,
    color,
    ascii,
    isUtf8,
    symbols: ascii ? ASCII_SYMBOLS : SYMBOLS,
    red: style(31, 39),
    yellow: style(33, 39),
    green: style(32, 39),
    dim: style(2, 22),
    bold: style(1, 22),
  };
}

/** `--no-color`, then NO_COLOR (no-color.org: any value that is not empty), FORCE_COLOR, TERM=dumb, the stream. */
function wantsColor({ isTty, env, color }: TerminalTraits): boolean {
  if (color === false) return false;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

/** POSIX order: LC_ALL, LC_CTYPE, LANG. A unit without any locale writes to the journal, which is UTF-8. */
function hasUtf8Locale(env: TerminalTraits['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => (value ?? '') !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
