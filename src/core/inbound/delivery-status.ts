import { addressOfField } from './addresses.ts';
import { isPersonalAnswer } from './bounce-signs.ts';
import { headerOf, linesOf, parseFields, type InboundMail, type MailHeader, partOf } from './mail.ts';

/** What the machine-readable part of a delivery report says about one recipient (RFC 3464 2.3). */
export interface StatusBlock {
  readonly address: string | null;
  /** Lower case: failed, delayed, delivered, relayed, expanded; empty when the field is missing. */
  readonly action: string;
  /** `5.1.1`, or empty. */
  readonly status: string;
  /** The words that follow the status in brackets, as some programs write them. */
  readonly statusRemark: string;
  /** `smtp`, `x-unix`, …; empty when there is no Diagnostic-Code. */
  readonly diagnosticType: string;
  readonly diagnostic: string;
}

const TYPES = ['message/delivery-status', 'message/global-delivery-status'];
const LINES_MAX = 5_000;
/** A report on more recipients than one of our mails can have is cut here. */
const BLOCKS_MAX = 50;
const STATUS = /^([245]\.\d{1,3}\.\d{1,3})\s*(.*)/;
const DIAGNOSTIC = /^([A-Za-z][\w-]{0,40})\s*;\s*(.*)/;

/**
 * The recipients of a delivery report: from its message/delivery-status part, or from the same fields in the readable
 * text of a mail whose MIME structure got lost on the way, unless a person answers with it. Null when the mail has neither.
 */
export function statusBlocksOf(mail: InboundMail): readonly StatusBlock[] | null {
  if (isPersonalAnswer(mail)) return null;
  const part = partOf(mail, TYPES);
  if (part !== null) return blocksIn(part.text);
  if (!/^final-recipient:/im.test(mail.text)) return null;
  const blocks = blocksIn(mail.text);
  return blocks.some(({ address, action }) => address !== null && action !== '') ? blocks : null;
}

function blocksIn(text: string): readonly StatusBlock[] {
  const blocks: StatusBlock[] = [];
  for (const lines of groupsOf(linesOf(text, LINES_MAX))) {
    const fields = parseFields(lines);
    const isRecipient = ['final-recipient', 'original-recipient', 'action'].some(
      (name) => headerOf(fields, name) !== '',
    );
    if (isRecipient && blocks.length < BLOCKS_MAX) blocks.push(blockOf(fields));
  }
  const [first, ...others] = blocks;
  // Some programs put the Action among the fields of the message, where it is no recipient's.
  if (first?.address !== null || others[0]?.action !== '') return blocks;
  return others.map((block) => ({ ...block, action: block.action || first.action }));
}

/** Blocks are divided by empty lines; a second Final-Recipient begins a new one where these are missing. */
function* groupsOf(lines: readonly string[]): Generator<readonly string[]> {
  let start = 0;
  let hasRecipient = false;
  for (const [index, line] of lines.entries()) {
    const isEmpty = line.trim() === '';
    const isRecipient = /^final-recipient[ \t]*:/i.test(line);
    if (isEmpty || (isRecipient && hasRecipient)) {
      yield lines.slice(start, index);
      start = isEmpty ? index + 1 : index;
      hasRecipient = false;
    }
    hasRecipient ||= isRecipient;
  }
  yield lines.slice(start);
}

function blockOf(fields: readonly MailHeader[]): StatusBlock {
  const status = STATUS.exec(headerOf(fields, 'status'));
  const diagnosticField = headerOf(fields, 'diagnostic-code');
  const diagnostic = DIAGNOSTIC.exec(diagnosticField);
  return {
    // The original recipient is the address that we wrote to; the final one is where aliases led.
    address:
      addressOfField(headerOf(fields, 'original-recipient')) ??
      addressOfField(headerOf(fields, 'final-recipient')) ??
      addressOfField(headerOf(fields, 'x-actual-recipient')),
    action: /[a-z]+/.exec(headerOf(fields, 'action').toLowerCase())?.[0] ?? '',
    status: status?.[1] ?? '',
    statusRemark: status?.[2] ?? '',
    diagnosticType: (diagnostic?.[1] ?? '').toLowerCase(),
    diagnostic: diagnostic?.[2] ?? diagnosticField,
  };
}
