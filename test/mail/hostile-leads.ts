import names from '../fixtures/hostile-names.json' with { type: 'json' };
import { MAIL_DOMAIN } from './mail-host.ts';

interface HostileName {
  readonly given: string;
  /** What a reader should see, where that is not what was given: one line, nothing that turns text round. */
  readonly shown?: string;
  /** The same in a header, where joiners only hide differences. */
  readonly header?: string;
}

const NAMES: readonly HostileName[] = names;

export interface HostileLead {
  readonly email: string;
  readonly name: HostileName;
  readonly company: HostileName;
  readonly topic: HostileName;
  /** Stands in this lead's mails and in nobody else's. */
  readonly marker: string;
}

/** So many leads, each with another name, company and topic out of what people, exports and attackers write. */
export function hostileLeads(count: number): readonly HostileLead[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `lead${index}@${MAIL_DOMAIN}`,
    name: nameAt(index),
    company: nameAt(index * 7 + 3),
    topic: nameAt(index * 13 + 5),
    marker: `mark-${String(index).padStart(4, '0')}-end`,
  }));
}

/** The lead file, every cell in quotes (RFC 4180). */
export function leadFile(leads: readonly HostileLead[]): string {
  const rows = leads.map(({ email, name, company, topic, marker }) => [
    email,
    name.given,
    company.given,
    topic.given,
    marker,
    'hostile',
  ]);
  const lines = [['email', 'first_name', 'company', 'topic', 'marker', 'source'], ...rows];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** What a reader should see of a text in a body. */
export function shownInBody({ given, shown }: HostileName): string {
  return shown ?? given;
}

/** What a reader should see of it in a subject. */
export function shownInSubject(name: HostileName): string {
  return name.header ?? shownInBody(name);
}

/** What a reader should see of it as a display name: nothing that another program could decode once more. */
export function shownAsName(name: HostileName): string {
  return shownInSubject(name).replaceAll('=?', '= ?');
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

function nameAt(index: number): HostileName {
  const name = NAMES[index % NAMES.length];
  if (name === undefined) throw new Error('the list of names is empty');
  return name;
}
