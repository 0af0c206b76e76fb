/** Where and how text is shown. All methods are pure: text in, text out. */
export interface Terminal {
  readonly isTty: boolean;
  /** Columns; 80 when unknown. */
  readonly width: number;
  readonly color: boolean;
  /** True: only ASCII symbols are drawn. */
  readonly ascii: boolean;
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
