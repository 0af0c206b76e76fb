import type { Desk } from '../commands/desk.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import type { IndexedEvent, MailgunEventsServer } from '../servers/mailgun-events.ts';
import { leadEmail, mailedDesk, mailId, putSecret } from './many-mails.ts';

export function source(server: MailgunEventsServer): string {
  return `[[source]]
id = "mailgun"
kind = "mailgun"
domain = "${MailgunServer.DOMAIN}"
key = { file = "key" }
base_url = "${server.url}"
requests_per_second = 1000
`;
}

export function mailgunDesk(server: MailgunEventsServer, mails: number): Desk {
  const bench = mailedDesk(source(server), mails);
  putSecret(bench, MailgunServer.KEY);
  return bench;
}

const KINDS = ['delivered', 'opened', 'clicked', 'accepted'] as const;
const MINUTE_S = 60;

/** One event of a mail of the desk. */
export function event(
  number: number,
  changes: Partial<IndexedEvent> & { event: string; timestamp: number },
): IndexedEvent {
  return {
    id: `${changes.event}-${String(number)}`,
    recipient: leadEmail(number),
    'user-variables': { 'message-id': mailId(number) },
    message: { headers: { 'message-id': `${mailId(number)}@mail.example.com` } },
    ...changes,
  };
}

/**
 * So many events of the last day: mostly good news, some dead addresses, complaints and opt-outs; one in ten reaches the index late,
 * one in ten stands in it twice.
 */
export function history(
  server: MailgunEventsServer,
  of: { count: number; mails: number; endS: number },
): void {
  const { count, mails, endS } = of;
  // One in eleven of what the index holds is the second copy of another.
  const distinct = Math.ceil((count * 10) / 11);
  for (let index = 0; index < distinct; index += 1) {
    const number = 1 + (index % mails);
    const round = Math.floor(index / mails);
    const timestamp = endS - 86_000 + (index * 85_000) / distinct;
    const kind = badNews(number, round) ?? { event: KINDS[round % KINDS.length] ?? 'delivered' };
    const made = event(number, { timestamp, ...kind, id: `ev-${String(index)}` });
    const lateS = index % 10 === 3 ? (index % 25) * MINUTE_S : 0;
    server.put(made, (timestamp + lateS) * 1_000);
    if (index % 10 === 7 && server.events.length < count) server.put(made, (timestamp + lateS) * 1_000);
  }
}

export function badNews(number: number, round: number): { event: string; [field: string]: unknown } | null {
  if (round !== 2) return null;
  if (number % 50 === 0)
    return {
      event: 'failed',
      severity: 'permanent',
      reason: 'bounce',
      'delivery-status': { code: 550, 'enhanced-code': '5.1.1', message: '550 5.1.1 user unknown' },
    };
  if (number % 51 === 0) return { event: 'complained' };
  return number % 52 === 0 ? { event: 'unsubscribed' } : null;
}

/** What the outcome must be, worked out from the history alone. */
export function expected(mails: number): Readonly<Record<string, number>> {
  const numbers = Array.from({ length: mails }, (_, index) => index + 1);
  const of = (name: string): number => numbers.filter((number) => badNews(number, 2)?.event === name).length;
  return { bounced: of('failed'), complained: of('complained'), opted_out: of('unsubscribed') };
}

export function suppressedBy(bench: Desk): Readonly<Record<string, number>> {
  const rows = bench.database
    .prepare<[], { reason: string; count: number }>(
      'SELECT reason, count(*) AS count FROM suppressions GROUP BY reason',
    )
    .all();
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

/** Runs until nothing new comes: the timer of six hours, and the last half hour read again. */
