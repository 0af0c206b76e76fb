import type { Dns } from '../../adapters/dns.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { MailSender } from '../../config/senders.ts';
import { judgeDkim, type DkimFacts } from '../../core/doctor/dkim-record.ts';
import { judgeDmarc } from '../../core/doctor/dmarc.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeMx } from '../../core/doctor/mx.ts';
import { taggedRecords, type Lookup } from '../../core/doctor/records.ts';
import { judgeSpf, SPF_LOOKUPS_MAX, spfReferences } from '../../core/doctor/spf.ts';
import { attemptOnline, secretFix, seeSecret, type Checkup } from './checkup.ts';

/** The domains that mail is from, in lower case, in the order of the file. */
export function senderDomains({ senders }: LoadedConfig): readonly string[] {
  return [...new Set(senders.all.map(({ address }) => domainOf(address)))];
}

/** A8: SPF, DKIM, DMARC and MX of every domain that mail is from, as receivers will judge them. */
export async function dnsChecks(checkup: Checkup, config: LoadedConfig): Promise<readonly Finding[]> {
  const { smtp, provider } = config.mail;
  const names = 'SPF, DKIM, DMARC, MX';
  if (smtp === null && provider === null)
    return [
      checkDesk('mail', 'dns').skipped(names, 'mail.transport is outbox: no receiver looks at them yet'),
    ];
  if (provider?.transport === 'stream')
    return [
      checkDesk('mail', 'dns').skipped(names, 'the stream API sends from mailboxes and domains of its own'),
    ];
  const parts = await Promise.all(
    senderDomains(config).map((domain) => domainChecks(checkup, config, domain)),
  );
  return parts.flat();
}

async function domainChecks(
  checkup: Checkup,
  config: LoadedConfig,
  domain: string,
): Promise<readonly Finding[]> {
  const { dns } = checkup;
  const place = (check: string, title: string) => ({ group: 'mail', check, title }) as const;
  const isOwnRelay = config.mail.smtp !== null;
  const parts = await Promise.all([
    // A provider has a return address of its own, and says of its keys itself whether they are verified.
    isOwnRelay
      ? attemptOnline(checkup, place('spf', `SPF of ${domain}`), () => spfCheck(dns, config, domain))
      : [],
    isOwnRelay ? dkimChecks(checkup, config, domain) : [],
    attemptOnline(checkup, place('dmarc', `DMARC of ${domain}`), () => dmarcCheck(dns, config, domain)),
    attemptOnline(checkup, place('mx', `MX of ${domain}`), async () => [
      judgeMx({ domain, answer: await dns.mx(domain), hasAddress: await dns.hasAddress(domain) }),
    ]),
  ]);
  return parts.flat();
}

/** Where notices of failure go, and for which SPF therefore speaks. */
function envelopeDomain({ mail }: LoadedConfig, fromDomain: string): string {
  return mail.bounceAddress === null ? fromDomain : domainOf(mail.bounceAddress);
}

async function spfCheck(dns: Dns, config: LoadedConfig, fromDomain: string): Promise<readonly Finding[]> {
  const domain = envelopeDomain(config, fromDomain);
  const answer = await dns.txt(domain);
  const [record] = taggedRecords(answer, 'v=spf1');
  const isAligned = (await organizationalDomain(domain)) === (await organizationalDomain(fromDomain));
  const lookups = record === undefined ? 0 : await countSpfLookups(dns, record);
  return [judgeSpf({ domain, answer, lookups, isAligned, fromDomain })];
}

/** The domain that somebody registered: `example.com` of `mail.example.com`; the name itself where there is none. */
async function organizationalDomain(domain: string): Promise<string> {
  const { loadDomainFacts } = await import('../../adapters/domain-facts.ts');
  return (await loadDomainFacts({ needsSuffixList: true })).registered(domain)?.domain ?? domain;
}

/** Follows includes as a receiver does, and gives up where that does: null where one leads nowhere. */
async function countSpfLookups(dns: Dns, record: string): Promise<number | null> {
  const waiting = [record];
  let lookups = 0;
  for (let next = waiting.pop(); next !== undefined && lookups <= SPF_LOOKUPS_MAX; next = waiting.pop()) {
    const { lookups: own, names } = spfReferences(next);
    lookups += own;
    if (lookups > SPF_LOOKUPS_MAX) break;
    for (const name of names) {
      const [found] = taggedRecords(await dns.txt(name), 'v=spf1');
      if (found === undefined) return null;
      waiting.push(found);
    }
  }
  return lookups;
}

async function dkimChecks(
  checkup: Checkup,
  config: LoadedConfig,
  domain: string,
): Promise<readonly Finding[]> {
  const { all } = config.senders;
  const senders = all.filter(({ address }) => domainOf(address) === domain);
  const signing = [
    ...new Map(senders.flatMap((each) => (each.dkim === null ? [] : [[each.dkim.selector, each]]))).values(),
  ];
  const parts = signing.map((sender) => {
    const title = `DKIM key ${sender.dkim?.selector ?? ''} of ${domain}`;
    return attemptOnline(checkup, { group: 'mail', check: 'dkim', title }, () =>
      dkimCheck(checkup, sender, all.indexOf(sender)),
    );
  });
  const unsigned = senders.find(({ dkim }) => dkim === null);
  if (unsigned !== undefined)
    parts.push(
      Promise.resolve([
        checkDesk('mail', 'dkim').warn(
          `no DKIM key signs mail from ${unsigned.address}`,
          'unless the relay signs it, nothing covers List-Unsubscribe and Gmail ignores it',
          'headgate config explain sender.dkim',
        ),
      ]),
    );
  return (await Promise.all(parts)).flat();
}

async function dkimCheck(
  checkup: Checkup,
  { address, dkim }: MailSender,
  index: number,
): Promise<readonly Finding[]> {
  if (dkim === null) return [];
  const domain = domainOf(address);
  const { selector, key: reference } = dkim;
  const secret = await seeSecret(checkup, {
    key: `sender[${String(index)}].dkim.key`,
    reference,
    isPem: true,
  });
  const own = secret.kind === 'read' ? await ownKey(secret.value) : null;
  if (secret.kind === 'wrong' || (secret.kind === 'read' && own === null)) {
    const words = secret.kind === 'wrong' ? secret.words : 'it is not an RSA or Ed25519 key in PEM';
    const title = `DKIM key ${selector} of ${domain} cannot be read`;
    return [checkDesk('mail', 'dkim').problem(title, words, secretFix(reference, checkup))];
  }
  const key: DkimFacts['key'] = own ?? { unreadable: secret.kind === 'hidden' ? secret.why : '' };
  const answer: Lookup<string> = await checkup.dns.txt(`${selector}._domainkey.${domain}`);
  return [judgeDkim({ domain, selector, key, answer })];
}

async function ownKey(pem: string): Promise<Exclude<DkimFacts['key'], { unreadable: string }> | null> {
  const { publicDkimKey } = await import('../../adapters/mail/dkim-public.ts');
  return publicDkimKey(pem);
}

async function dmarcCheck(dns: Dns, config: LoadedConfig, domain: string): Promise<readonly Finding[]> {
  const registered = await organizationalDomain(domain);
  const [answer, above] = await Promise.all([
    dns.txt(`_dmarc.${domain}`),
    registered === domain ? null : dns.txt(`_dmarc.${registered}`),
  ]);
  const isSpfExact = envelopeDomain(config, domain) === domain;
  return [
    judgeDmarc({
      domain,
      answer,
      isSpfExact,
      above: above === null ? null : { domain: registered, answer: above },
    }),
  ];
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
