import { plainWords } from './phrases.ts';

/** The step of the SMTP dialogue that was refused (RFC 5321 3.3). */
export type SmtpCommand = 'connect' | 'mail' | 'rcpt' | 'data';

/** What a refusal says, taken apart. */
export interface RefusalFacts {
  /** RFC 3463; of several the first that says more than x.0.0. */
  readonly status: string | null;
  readonly smtpCode: number | null;
  readonly command: SmtpCommand | null;
  /** True where the notice says that trying again may help. */
  readonly isTransient: boolean;
  /** As `plainWords` makes them. */
  readonly words: string;
  /** As written, shortened. */
  readonly diagnostic: string;
}

/** No reply of a server is longer; the rest of a notice says nothing about the reason. */
const TEXT_CHARACTERS_MAX = 3_000;
const DIAGNOSTIC_CHARACTERS_MAX = 500;

const STATUSES = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)/g;
const SMTP_CODE = /(?<![\d./]|\d:)([245][0-5]\d)(?=[-\s:;,#]|$)/;
/** Cisco's gateways put their own guess in front of the words of the server, in quotes. */
const QUOTED_REPLY = /unknown address error \d{3}-'([^']{1,2000})'/i;

/** What stands before the command in "in reply to RCPT TO", "after end of data", "our final DATA", ">>> DATA". */
const BEFORE = '(?:in reply to|after|our|>>>|command:?|while sending|at|rejected)\\s{1,12}(?:the )?';
const COMMANDS: readonly (readonly [SmtpCommand, RegExp])[] = [
  [
    'data',
    new RegExp(
      `${BEFORE}(?:end\\s{1,12}of\\s{1,12}|final |pipelined )?\\.?data\\b|\\(state 1[78]\\)|\\bdata block\\b|body of message generated|failed after i sent the message`,
      'i',
    ),
  ],
  [
    'rcpt',
    new RegExp(
      `${BEFORE}(?:pipelined )?rcpt\\b|\\[rcpt_to\\]|does not like recipient|but recipient was rejected|\\(state 1[34]\\)`,
      'i',
    ),
  ],
  ['mail', new RegExp(`${BEFORE}(?:pipelined )?mail from\\b|\\[mail_from\\]|but sender was rejected`, 'i')],
  [
    'connect',
    new RegExp(
      `${BEFORE}(?:initial connection|helo|ehlo)\\b|failed after i connected|my name was rejected`,
      'i',
    ),
  ],
];

/** Where no such words stand: transcripts that name the command on a line of its own, before the reply or in it. */
const BARE_RCPT = /\brcpt to\b|smtp:rcpt\b|\brcpt command\b/i;
/** What a server said yes to is no part of its refusal: in transcripts the list of its extensions stands there. */
const POSITIVE_REPLY =
  /^[ \t]*(?:(?:out|s|r|<<<|<--|<-)[: ]?[ \t]*)?2[0-5]\d[- ](?!.{0,300}\b[45][0-5]\d\b).*/gim;

export interface RefusalSource {
  /** The words of the server. */
  readonly text: string;
  /** The Status field, where there is one. */
  readonly statusField?: string;
  /** Text around it that may name the SMTP command. */
  readonly around?: string;
}

/** Takes the words of a refusal apart; what it does not say is null. Looks at a bounded part of the text. */
export function readRefusal({ text, statusField = '', around = '' }: RefusalSource): RefusalFacts {
  const cut = text.slice(0, TEXT_CHARACTERS_MAX);
  const said = (QUOTED_REPLY.exec(cut)?.[1] ?? cut).replace(POSITIVE_REPLY, '');
  // What a gateway put in front of a quoted reply comes last: it guessed.
  const statuses = [said, statusField, cut].flatMap((source) => source.match(STATUSES) ?? []);
  const status = statuses.find((candidate) => !candidate.endsWith('.0.0')) ?? statuses[0] ?? null;
  const code = SMTP_CODE.exec(said)?.[1];
  const smtpCode = code === undefined ? null : Number(code);
  return {
    status,
    smtpCode,
    command: commandIn(said) ?? commandIn(around.slice(0, TEXT_CHARACTERS_MAX)),
    isTransient: smtpCode === null ? status?.startsWith('4') === true : smtpCode < 500 && smtpCode >= 400,
    words: plainWords(said),
    diagnostic: said.replace(/\s+/g, ' ').trim().slice(0, DIAGNOSTIC_CHARACTERS_MAX),
  };
}

/** The command that is named; of several the one that is named first. */
function commandIn(text: string): SmtpCommand | null {
  const named = COMMANDS.map(([command, pattern]) => ({ command, at: text.search(pattern) }))
    .filter(({ at }) => at !== -1)
    .sort((one, other) => one.at - other.at);
  return named[0]?.command ?? (BARE_RCPT.test(text) ? 'rcpt' : null);
}
