import { checkDesk, type Finding } from './finding.ts';
import { askDns, taggedRecords, tagsOf, type Lookup } from './records.ts';

export interface DmarcFacts {
  readonly domain: string;
  readonly answer: Lookup<string>;
  /** The domain that was registered, and what it says: it speaks for those below it (RFC 7489, 6.6.3). Null for the domain itself. */
  readonly above: { readonly domain: string; readonly answer: Lookup<string> } | null;
  /** A return address below another name than From fails where SPF has to match exactly. */
  readonly isSpfExact: boolean;
}

const POLICIES = ['none', 'quarantine', 'reject'];

/** A8: what large receivers ask of whoever writes to many: a DMARC policy, of any strength. */
export function judgeDmarc(facts: DmarcFacts): Finding {
  const { domain, answer, above } = facts;
  const desk = checkDesk('mail', 'dmarc');
  const title = `DMARC of ${domain}`;
  const failed = [answer, above?.answer].find((each) => each?.kind === 'failed');
  const own = taggedRecords(answer, 'v=DMARC1');
  const inherited = above === null || own.length > 0 ? [] : taggedRecords(above.answer, 'v=DMARC1');
  const [record, ...more] = [...own, ...inherited];
  const name = `_dmarc.${above !== null && inherited.length > 0 ? above.domain : domain}`;
  if (record === undefined && failed?.kind === 'failed')
    return desk.problem(`${title} could not be read`, failed.words, askDns('TXT', name));
  if (record === undefined)
    return desk.problem(
      `${title} is missing`,
      'Gmail, Yahoo and Microsoft ask for one of everybody who writes to many',
      `_dmarc.${domain}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
    );
  if (more.length > 0)
    return desk.problem(
      `${title} is there ${String(more.length + 1)} times`,
      'receivers take several records for none',
      `${askDns('TXT', name)}   and leave one of them`,
    );
  return judgeRecord(facts, { record, name, title });
}

function judgeRecord(
  { isSpfExact, above }: DmarcFacts,
  { record, name, title }: { record: string; name: string; title: string },
): Finding {
  const desk = checkDesk('mail', 'dmarc');
  const tags = tagsOf(record);
  const isAbove = above !== null && name === `_dmarc.${above.domain}`;
  const policy = ((isAbove ? tags.get('sp') : undefined) ?? tags.get('p') ?? '').toLowerCase();
  if (!POLICIES.includes(policy))
    return desk.problem(
      title,
      `it has no policy: p= must be ${POLICIES.join(', ')}`,
      `${askDns('TXT', name)}   and set p=none`,
    );
  if (tags.get('aspf')?.toLowerCase() === 's' && !isSpfExact)
    return desk.warn(
      title,
      `p=${policy}; aspf=s wants the return address of exactly this domain, so it rests on DKIM alone`,
      'headgate config explain mail.bounce_address',
    );
  return desk.pass(title, `p=${policy}${isAbove ? `, from ${above.domain}` : ''}`);
}
