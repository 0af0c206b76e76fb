import { asciiText, displayWidth } from '../output/text.ts';
import type { CliIo } from '../cli-context.ts';
import type { Terminal } from '../output/terminal.ts';

/** Below this nothing can be read in a box, and lines are only appended. */
const ROWS_MIN = 12;
const COLUMNS_MIN = 44;

const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

/**
 * The lines of a terminal, redrawn in place: each time only those that changed, in one write, so that nothing flickers and a slow line
 * has little to carry. No second screen, no hidden cursor: there is nothing to restore, however the program ends. A terminal that
 * cannot be addressed (`TERM=dumb`, a size that nobody knows) gets one screen below the other.
 */
export class Screen {
  readonly #io: CliIo;
  /** What stands there now; null when that is not known. */
  #drawn: readonly string[] | null = null;
  #hasBegun = false;

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** Lines that fit, the last one for what is typed; null where lines are only appended. */
  get rows(): number | null {
    const { stdout, env } = this.#io;
    const { rows, columns } = stdout;
    if (rows === null || columns === null || env['TERM'] === 'dumb') return null;
    return rows < ROWS_MIN || columns < COLUMNS_MIN ? null : rows;
  }

  /** Shows these lines, none of them wider than the terminal less one, and leaves the cursor behind the last. */
  draw(terminal: Terminal, lines: readonly string[]): void {
    const shown = terminal.isUtf8 ? lines.map(withFirmEdge) : lines.map(asciiText);
    const { rows } = this;
    if (rows === null) this.#append(shown);
    else this.#write(`${this.#opening(rows)}${this.#change(shown)}`);
    this.#drawn = shown;
    this.#hasBegun = true;
  }

  /** What stands on the terminal may be anything now: the next time all of it is drawn. */
  forget(): void {
    this.#drawn = null;
  }

  /** Leaves the screen as it is; what comes next stands below it. */
  end(): void {
    if (this.#hasBegun) this.#write('\n');
  }

  /** What stood on the terminal before moves up and can be scrolled back to. */
  #opening(rows: number): string {
    return this.#hasBegun ? '' : '\n'.repeat(rows - 1);
  }

  #change(lines: readonly string[]): string {
    const drawn = this.#drawn;
    if (drawn === null) return `${HOME}${lines.map((line) => line + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`;
    const changed = lines.flatMap((line, index) => {
      // The last line is always written: the cursor belongs behind it.
      const isLast = index === lines.length - 1;
      return line === drawn[index] && !isLast ? [] : [`${lineAt(index)}${line}${CLEAR_LINE}`];
    });
    return `${changed.join('')}${lines.length < drawn.length ? CLEAR_BELOW : ''}`;
  }

  #append(lines: readonly string[]): void {
    // While something is typed only the last line changes, and the terminal is not flooded with the others.
    const last = lines.length - 1;
    const isSame = this.#drawn?.length === lines.length && lines.slice(0, last).every(this.#stands, this);
    if (isSame && this.#hasBegun) this.#write(`\n${lines[last] ?? ''}`);
    else this.#write(`\n${lines.join('\n')}`);
  }

  #stands(line: string, index: number): boolean {
    return this.#drawn?.[index] === line;
  }

  #write(text: string): void {
    this.#io.stdout.write(text);
  }
}

function lineAt(index: number): string {
  return `\u001B[${String(index + 1)};1H`;
}

/** Letters and signs whose width is beyond doubt: up to Latin with marks, the drawn box, our own symbols. */
// eslint-disable-next-line no-control-regex -- colour codes are sure too
const SURE = /^[\u0000-\u02FF\u2500-\u257F…—›✓✗]*$/;
// eslint-disable-next-line no-control-regex -- colour codes are what this finds
const COLORS = /\u001B\[\d+m/g;
// eslint-disable-next-line no-control-regex -- colour codes may stand before the edge
const EDGE = / *((?:\u001B\[\d+m)*) ([│|])$/;

/** Terminals do not agree how wide an emoji is: the right side of a box is then put where it belongs, whatever stands before it. */
function withFirmEdge(line: string): string {
  if (SURE.test(line) || !EDGE.test(line)) return line;
  const column = displayWidth(line.replace(COLORS, ''));
  return line.replace(EDGE, `$1${CLEAR_LINE}\u001B[${String(column)}G$2`);
}
