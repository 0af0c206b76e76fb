import { checkDesk, type Finding } from './finding.ts';
import { askDns, type Lookup } from './records.ts';

export interface MxFacts {
  readonly domain: string;
  readonly answer: Lookup<{ readonly exchange: string; readonly priority: number }>;
  /** Without MX records mail goes to the address of the name itself (RFC 5321, 5.1). */
  readonly hasAddress: boolean;
}

/** A8: answers and notices of failure can come back to the domain that mail is from. */
export function judgeMx({ domain, answer, hasAddress }: MxFacts): Finding {
  const desk = checkDesk('mail', 'mx');
  const title = `MX of ${domain}`;
  const publish = `${domain}. MX 10 YOUR-MAIL-SERVER.   in the DNS of ${domain}`;
  if (answer.kind === 'failed')
    return desk.problem(`${title} could not be read`, answer.words, askDns('MX', domain));
  if (answer.kind === 'none')
    return hasAddress
      ? desk.warn(
          `${title} is missing`,
          'mail goes to the address of the name itself, which few mean',
          publish,
        )
      : desk.problem(`${title} is missing`, 'answers and notices of failure cannot come back', publish);
  const [first] = answer.records.toSorted((one, other) => one.priority - other.priority);
  if (first === undefined || first.exchange === '' || first.exchange === '.')
    return desk.problem(title, 'it says that this domain takes no mail (RFC 7505)', publish);
  return desk.pass(title, first.exchange);
}
