import type { Attribution, AttributionSource } from '../core/attribution/judge.ts';
import type { AttributionClaim } from '../core/attribution/claim.ts';
import type { AttributionVerdict, Instant, Job } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { NOT_ERASED } from './erasures.ts';

/** Whom the gate would meet in a run (B8). */
export interface UnjudgedDue {
  /** A due step belongs to a lead that claims a company and that nobody judged yet. */
  readonly hasAny: boolean;
  /**
   * What was registered is not plain to see: one of them is below a domain, or names another domain than its own, so that what others
   * claim counts, whose addresses may be below one.
   */
  readonly needsSuffixList: boolean;
}

/** Costs what is due. */
export function unjudgedDue(db: StateDatabase, job: Job, now: Instant): UnjudgedDue {
  const finds = (table: string, more: string, ...values: (Job | Instant)[]): boolean =>
    db
      .prepare<(Job | Instant)[], { found: number }>(
        `SELECT EXISTS (${table} AND ${UNJUDGED} ${more}) AS found`,
      )
      .get(...values)?.found === 1;
  const any = (more: string): boolean =>
    finds(DUE_ENROLLED, more, job, now) || (job === 'nurture' && finds(DUE_COLD, more, now));
  const hasAny = any('');
  return { hasAny, needsSuffixList: hasAny && any(NOT_PLAIN) };
}

const UNJUDGED = 'attribution IS NULL AND (company IS NOT NULL OR company_domain IS NOT NULL)';
const NOT_PLAIN = `AND (email_key LIKE '%@%.%.%' OR company_domain <> substr(email_key, instr(email_key, '@') + 1))`;

const DUE_ENROLLED = `
  SELECT 1 FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
    WHERE e.kind = ? AND e.is_first_step IN (0, 1) AND e.next_due_at <= ? AND e.status IN ('pending', 'active')
      AND e.next_due_at IS NOT NULL`;

const DUE_COLD = 'SELECT 1 FROM leads WHERE nurture_due_at <= ? AND nurture_due_at IS NOT NULL';

/** What a lead claims; null when it is gone. */
export function claimOf(db: StateDatabase, leadRowId: number): AttributionClaim | null {
  const row = db
    .prepare<[number], { email_key: string; company: string | null; company_domain: string | null }>(
      'SELECT email_key, company, company_domain FROM leads WHERE row_id = ?',
    )
    .get(leadRowId);
  return row === undefined
    ? null
    : { email: row.email_key, company: row.company, companyDomain: row.company_domain };
}

/** One company by the domain that is named for it, and how many leads at one host name it. */
export interface ClaimCount {
  readonly host: string;
  readonly companyDomain: string;
  readonly leads: number;
}

/** A host with fewer leads teaches nothing; most have one, and nobody keeps them in mind. */
const LEADS_OF_HOST_MIN = 3;

/** What leads claim at each host that has several. Those at the wrong company teach nothing. Reads every lead once. */
export function claimCounts(db: StateDatabase): IterableIterator<ClaimCount> {
  return db.prepare<[number], ClaimCount>(CLAIMS).iterate(LEADS_OF_HOST_MIN);
}

const CLAIMS = `
  WITH claims AS (
    SELECT substr(email_key, instr(email_key, '@') + 1) AS host, company_domain AS companyDomain, count(*) AS leads
    FROM leads WHERE company_domain IS NOT NULL AND coalesce(attribution, '') <> 'mismatch'
    GROUP BY host, company_domain)
  SELECT host, companyDomain, leads FROM claims
  WHERE host IN (SELECT host FROM claims GROUP BY host HAVING sum(leads) >= ?)`;

/**
 * Keeps one verdict of many leads, in the caller's transaction. What a person decided is replaced by a person alone. Returns how many were
 * changed.
 */
export function storeAttribution(
  db: StateDatabase,
  of: { readonly leadRowIds: readonly number[]; readonly attribution: Attribution; readonly now: Instant },
): number {
  db.assertInWrite();
  const { verdict, by, note } = of.attribution;
  const result = db
    .prepare<[AttributionVerdict, AttributionSource, string, Instant, string, AttributionSource]>(
      `UPDATE leads SET attribution = ?, attribution_by = ?, attribution_note = ?, attribution_at = ?
       WHERE row_id IN (SELECT value FROM json_each(?))
         AND (coalesce(attribution_by, '') NOT IN ('operator', 'lead') OR ? IN ('operator', 'lead'))`,
    )
    .run(verdict, by, note, of.now, JSON.stringify(of.leadRowIds), by);
  return result.changes;
}

/** Who is to be judged: everybody not judged yet, or everybody whose verdict is older than `before`. A person's verdict stands. */
export interface ToJudge {
  readonly after: number;
  readonly before: Instant | null;
  readonly limit: number;
}

/** The next leads to judge, by row id. */
export function leadsToJudge(db: StateDatabase, { after, before, limit }: ToJudge): number[] {
  return db
    .prepare<[number, Instant | null, number], { row_id: number }>(
      `SELECT row_id FROM leads WHERE row_id > ? AND coalesce(attribution_by, '') NOT IN ('operator', 'lead')
         AND (attribution IS NULL OR attribution_at < ?) AND ${NOT_ERASED} ORDER BY row_id LIMIT ?`,
    )
    .all(after, before, limit)
    .map((row) => row.row_id);
}

/** Those that domains and other leads left open, and that no model was asked about. */
export function openLeads(db: StateDatabase): number[] {
  return db
    .prepare<[], { row_id: number }>(
      `SELECT row_id FROM leads WHERE attribution = 'unknown' AND attribution_by = 'domains' AND ${NOT_ERASED} ORDER BY row_id`,
    )
    .all()
    .map((row) => row.row_id);
}

export interface AttributionCount {
  readonly verdict: AttributionVerdict | null;
  readonly by: AttributionSource | null;
  readonly leads: number;
}

/** How many leads have which verdict, and from whom. */
export function attributionCounts(db: StateDatabase): AttributionCount[] {
  return db
    .prepare<[], AttributionCount>(
      `SELECT attribution AS verdict, attribution_by AS "by", count(*) AS leads FROM leads
       WHERE ${NOT_ERASED} GROUP BY attribution, attribution_by ORDER BY attribution, attribution_by`,
    )
    .all();
}

/** A lead with what is known of its claim. */
export interface JudgedLead {
  readonly id: string;
  readonly email: string;
  readonly company: string | null;
  readonly companyDomain: string | null;
  readonly verdict: AttributionVerdict | null;
  readonly by: AttributionSource | null;
  readonly note: string | null;
}

/** Every lead in the order of arrival, without those who were erased. */
export function judgedLeads(db: StateDatabase): IterableIterator<JudgedLead> {
  return db.prepare<[], JudgedLead>(`${JUDGED} WHERE ${NOT_ERASED} ORDER BY row_id`).iterate();
}

/** Null when it is gone. */
export function judgedLead(db: StateDatabase, leadRowId: number): JudgedLead | null {
  return db.prepare<[number], JudgedLead>(`${JUDGED} WHERE row_id = ?`).get(leadRowId) ?? null;
}

const JUDGED = `
  SELECT id, email, company, company_domain AS companyDomain, attribution AS verdict, attribution_by AS "by",
    attribution_note AS note
  FROM leads`;
