import { headerOf, type InboundMail, partOf } from './mail.ts';
import { firstPhrase, foldLetters, foldPhrases } from './phrases.ts';

/** Who sends delivery notices (RFC 5321 4.5.1, RFC 3464 3): local parts and display names. */
const SENDER =
  /mailer-?daemon|post_?master|mail delivery|delivery (?:sub)?system|mail administrator|mail-?daemon|bounce-?notif/i;

const DAEMON = /mailer-?daemon@/i;
const NO_REPLY = /\b(?:no|do-?not)[-_]?reply@/i;

/** How the subjects of delivery notices begin, or what they say. */
const SUBJECTS: readonly string[] = foldPhrases([
  'undeliver',
  'undelivered',
  'returned mail',
  'returned to sender',
  'return to sender',
  'returning message to sender',
  'delivery status notification',
  'delivery notification',
  'delivery failure',
  'delivery failed',
  'delivery has failed',
  'delivery error',
  'delivery problem',
  'delivery delayed',
  'delivery status',
  'delayed mail',
  'mail delivery',
  'mail failure',
  'mail system error',
  'mail error',
  'message delivery',
  'message status - undeliverable',
  'failure notice',
  'failure delivery',
  'failed delivery',
  'failed mail',
  'non delivery',
  'non-delivery',
  'nondelivery',
  'nondeliverable',
  'not delivered',
  'could not be delivered',
  'could not send message',
  'could not deliver',
  'cannot send message',
  'unable to deliver',
  'rejected mail',
  'mail rejected',
  'message you sent blocked',
  'message rejected',
  'bounced',
  'bounce notification',
  'user unknown',
  'unzustellbar',
  'nicht zugestellt',
  'zustellung fehlgeschlagen',
  'non remis',
  'non distribué',
  'échec de la remise',
  'échec de remise',
  'no se puede entregar',
  'no entregado',
  'mancato recapito',
  'mancata consegna',
  'não entregue',
  'falha na entrega',
  'onbestelbaar',
  'niet bezorgd',
  'nie dostarczono',
  'не доставлено',
  'недоставленное',
  'не может быть доставлено',
  '配信不能',
  '配信できません',
  '送信できません',
  '退信',
  '投递失败',
]);

/** What the text of a notice says about the mail that did not arrive. */
const FAILURES: readonly string[] = foldPhrases([
  'could not be delivered',
  'could not deliver',
  'cannot be delivered',
  'was not delivered',
  'not delivered to',
  'not been delivered',
  'has not been delivered',
  "wasn't delivered",
  "couldn't be delivered",
  'unable to deliver',
  "wasn't able to deliver",
  'delivery failed',
  'delivery to the following',
  'delivery has failed',
  'permanent fatal errors',
  'transient non-fatal errors',
  'had delivery problems',
  'had delivery errors',
  'following address failed',
  'following addresses failed',
  'transcript of session',
  'error delivering your mail',
  'error has occurred while attempting to deliver',
  'attempting to deliver',
  'did not reach the following',
  'was rejected by',
  'undeliverable',
  'undelivered',
  'non-delivered',
  'failure reasons',
  'unknown recipient',
  'user unknown',
  'message is delayed',
  'has been delayed',
  'automatically rejected',
  'permanent error',
  'smtp error from remote',
  'remote host said',
  'the following recipients',
  'the following recipient',
  'the following address',
  'konnte nicht zugestellt',
  'n’a pas pu être remis',
  "n'a pas ete remis",
  'no se pudo entregar',
  'non è stato possibile consegnare',
  'não pôde ser entregue',
  'не может быть доставлено',
  '送信できませんでした',
  '配信できません',
  '送信に失敗',
  '无法送达',
]);

const CODE = /(?<![\d.])(?:[45][0-5]\d[ -]|[45]\.\d{1,3}\.\d{1,3}(?!\.?\d))/;
const TEXT_CHARACTERS_MAX = 6_000;

/** What makes a mail without a machine-readable part a delivery notice; empty when it is none. */
export function bounceSigns(mail: InboundMail, noticeText: string): readonly string[] {
  const { headers } = mail;
  const from = headerOf(headers, 'from');
  const isSystem = SENDER.test(from) || /^<?>?$/.test(from) || /<>\s*$/.test(from) || returnsMail(mail, from);
  const hasFailedRecipients = headerOf(headers, 'x-failed-recipients') !== '';
  if (hasFailedRecipients) return ['x-failed-recipients'];
  const subject = firstPhrase(foldLetters(headerOf(headers, 'subject').slice(0, 300)), SUBJECTS);
  const isNullPath = headers.some(({ name, value }) => name === 'return-path' && value.trim() === '<>');
  if (!isSystem && !isNullPath) return [];
  const body = noticeText.slice(0, TEXT_CHARACTERS_MAX);
  const failure = firstPhrase(foldLetters(body), FAILURES);
  const hasCode = CODE.test(body);
  const signs = [subject, failure, hasCode ? 'reply code' : null].filter((sign) => sign !== null);
  // An answering machine at a postmaster's address may write about failures in its subject, and says that it answers.
  const isAnswer = !DAEMON.test(from) && /^auto-replied/i.test(headerOf(headers, 'auto-submitted'));
  const isEnough = isSystem
    ? failure !== null || hasCode || (subject !== null && !isAnswer)
    : failure !== null && !isAnswer;
  return isEnough ? [isSystem ? 'sender mailer-daemon' : 'null return path', ...signs] : [];
}

/** An address that takes no answers, with a returned mail attached. */
function returnsMail(mail: InboundMail, from: string): boolean {
  return NO_REPLY.test(from) && partOf(mail, ['message/rfc822', 'text/rfc822-headers']) !== null;
}
