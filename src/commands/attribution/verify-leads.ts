import { resolve } from 'node:path';

import { replaceReport } from '../../adapters/half-files.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Instant } from '../../core/model.ts';
import { formatInstant } from '../../core/time/instants.ts';
import {
  attributionCounts,
  judgedLead,
  judgedLeads,
  type AttributionCount,
  type JudgedLead,
} from '../../store/attribution.ts';
import { recordAct } from '../audit/record.ts';
import type { Outcome } from '../cli-context.ts';
import { writeAsPerson, type OperatorState } from '../operator-state.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf } from '../output/text.ts';
import { askModel, type AskedModel } from './ask-model.ts';
import { csvReport, htmlReport } from './attribution-report.ts';
import { evidenceOf } from '../engine/attribution-gate.ts';
import { judgeLeads } from './judge-leads.ts';
import { keepVerdict } from './keep-verdict.ts';

/** More are in the reports. */
const ITEMS_MAX = 1_000;
const SHOWN_MAX = 20;
const PROGRESS_EVERY_LEADS = 5_000;

export interface VerifyRequest {
  /** All verdicts older than this are judged again; null: only leads without one. */
  readonly before: Instant | null;
  readonly csvFile: string | null;
  readonly htmlFile: string | null;
}

interface Verified {
  readonly judged: number;
  /** Null: no model is asked in this mode. */
  readonly model: AskedModel | null;
  /** Whom a person should look at, of those judged now. */
  readonly open: readonly JudgedLead[];
  readonly counts: readonly AttributionCount[];
  readonly files: readonly string[];
}

/** Judges the leads that are asked for, keeps every verdict, and writes the reports. Throws as `readAllowList` and `askModel`, and 77 for a report. */
export async function verifyLeads(state: OperatorState, request: VerifyRequest): Promise<Outcome> {
  const { db, workspace, invocation } = state;
  const evidence = await evidenceOf(db, {
    allowFile: workspace.attributionAllowFile,
    needsSuffixList: true,
  });
  const open: JudgedLead[] = [];
  let judged = 0;
  const keep = (batch: Parameters<Parameters<typeof judgeLeads>[1]>[0]): void => {
    writeAsPerson(state, () => {
      for (const each of batch) keepVerdict(state, each);
    });
  };
  for (const batch of judgeLeads({ db, before: request.before, evidence }, keep)) {
    const before = judged;
    judged += batch.length;
    for (const { leadRowId, attribution } of batch) {
      if (open.length >= ITEMS_MAX || !isOpen(attribution.verdict)) continue;
      const lead = judgedLead(db, leadRowId);
      if (lead !== null) open.push(lead);
    }
    if (Math.floor(before / PROGRESS_EVERY_LEADS) !== Math.floor(judged / PROGRESS_EVERY_LEADS))
      invocation.progress(`${String(judged)} leads judged`);
  }
  const model = await askModel(state);
  if (judged + (model?.asked ?? 0) > 0)
    writeAsPerson(state, () =>
      recordAct(state, { kind: 'leads_judged', detail: { judged, asked: model?.asked ?? 0 } }),
    );
  return outcomeOf(state, {
    judged,
    model,
    open: model === null || model.asked === 0 ? open : stillOpen(db),
    counts: attributionCounts(db),
    files: writeReports(state, request),
  });
}

/** After a model has judged, whom it leaves is not known from the batches. */
function stillOpen(db: OperatorState['db']): readonly JudgedLead[] {
  const open: JudgedLead[] = [];
  for (const lead of judgedLeads(db)) if (isOpen(lead.verdict) && open.length < ITEMS_MAX) open.push(lead);
  return open;
}

function isOpen(verdict: JudgedLead['verdict']): boolean {
  return verdict === 'mismatch' || verdict === 'unknown';
}

function writeReports(state: OperatorState, { csvFile, htmlFile }: VerifyRequest): readonly string[] {
  const { db, now, invocation } = state;
  const written: string[] = [];
  const write = (file: string, parts: Iterable<string>): void => {
    const path = resolve(invocation.context.cwd, file);
    writeReport(path, [...parts].join(''));
    written.push(path);
  };
  if (csvFile !== null) write(csvFile, csvReport(judgedLeads(db)));
  if (htmlFile !== null)
    write(htmlFile, htmlReport({ counts: attributionCounts(db), leads: judgedLeads(db), madeAt: now }));
  return written;
}

function writeReport(path: string, text: string): void {
  try {
    replaceReport(path, text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new HeadgateError(`${path} cannot be written (${code})`, {
      code: 'report_not_written',
      exit: 'NOPERM',
      notDone: 'The verdicts are kept; this report is not there.',
      fix: 'Name a file in a folder that you may write to.',
      cause: error,
    });
  }
}

function outcomeOf({ now }: OperatorState, { judged, model, open, counts, files }: Verified): Outcome {
  const stopped = model?.stopped ?? null;
  return {
    exit: stopped === null || model?.left === 0 ? 'OK' : 'PARTIAL',
    ...(stopped === null
      ? {}
      : { message: `${String(model?.left ?? 0)} leads were not asked about: ${stopped}` }),
    document: {
      counts: { judged, asked: model?.asked ?? 0, not_asked: model?.left ?? 0, ...countsDocument(counts) },
      items: open.map(leadItem),
      files,
      at: formatInstant(now),
    },
    human: (terminal) => [
      ` ${terminal.bold(`${countOf(judged, 'lead')} judged`)}   all leads: ${countsText(counts)}`,
      ...openLines(terminal, open),
      ...files.map((file) => ` Written to ${file}`),
    ],
  };
}

function openLines(terminal: Terminal, open: readonly JudgedLead[]): readonly string[] {
  if (open.length === 0) return [];
  const shown = open.slice(0, terminal.isTty ? SHOWN_MAX : ITEMS_MAX);
  const more = open.length - shown.length;
  return [
    ...(terminal.isTty ? [''] : []),
    ...renderTable(terminal, shown, [
      { header: 'lead', cell: ({ email }) => email, minWidth: 16 },
      { header: 'verdict', cell: ({ verdict }) => verdict, minWidth: 8 },
      { header: 'why', cell: ({ note }) => note },
    ]),
    ...(more > 0 ? [` and ${String(more)} more: --csv FILE lists all`] : []),
    ...(terminal.isTty
      ? ['', ` To overrule one: headgate leads verify ${open[0]?.email ?? ''} --as verified --reason "…"`]
      : []),
  ];
}

/** The item of `leads verify --json`. */
export function leadItem(lead: JudgedLead): Readonly<Record<string, unknown>> {
  const { id, email, company, companyDomain, verdict, by, note } = lead;
  return { id, email, company, company_domain: companyDomain, attribution: verdict, by, note };
}

const VERDICTS = ['verified', 'mismatch', 'unknown', 'not_applicable'] as const;

function countsDocument(counts: readonly AttributionCount[]): Readonly<Record<string, number>> {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, leadsWith(counts, verdict)]));
}

function countsText(counts: readonly AttributionCount[]): string {
  return VERDICTS.map((verdict) => `${String(leadsWith(counts, verdict))} ${verdict.replace('_', ' ')}`).join(
    ' · ',
  );
}

function leadsWith(counts: readonly AttributionCount[], wanted: JudgedLead['verdict']): number {
  return counts.filter(({ verdict }) => verdict === wanted).reduce((sum, { leads }) => sum + leads, 0);
}
