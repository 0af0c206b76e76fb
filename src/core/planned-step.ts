import type { Candidate, EnrollmentFacts, LeadFacts } from './candidate.ts';
import type { Instant, Job, StoredSequence, StoredStep } from './model.ts';

/** What a plan keeps of a candidate: which step of whom it is, and how a report names them. */
export interface PlannedStep {
  readonly job: Job;
  readonly lead: Pick<LeadFacts, 'rowId' | 'id' | 'email' | 'zone'> & {
    /** Null beyond `NAMES_KEPT_MAX`: a report shows a few names, and every address. */
    readonly name: string | null;
    readonly company: string | null;
  };
  readonly enrollment: Pick<EnrollmentFacts, 'rowId' | 'dueAt'> | null;
  readonly sequence: StoredSequence;
  readonly step: StoredStep;
}

/** More than any report shows. */
export const NAMES_KEPT_MAX = 1_000;

/** Keeps the steps of one plan: ten thousand of them at once, so that each is as small as can be (P7). */
export class StepKeeper {
  readonly #zones = new Map<string, string>();
  #kept = 0;

  keep(candidate: Candidate): PlannedStep {
    this.#kept += 1;
    return new KeptStep(candidate, this.#zoneName(candidate.lead.zone), this.#kept <= NAMES_KEPT_MAX);
  }

  /** Each row brings its own copy of a name that most rows share. */
  #zoneName(zone: string): string {
    const known = this.#zones.get(zone);
    if (known !== undefined) return known;
    this.#zones.set(zone, zone);
    return zone;
  }
}

/** One object instead of three; what belongs together is put together when it is asked for. */
class KeptStep implements PlannedStep {
  readonly job: Job;
  readonly sequence: StoredSequence;
  readonly step: StoredStep;
  readonly #leadRowId: number;
  readonly #leadId: string;
  readonly #email: string;
  readonly #zone: string;
  readonly #named: { readonly name: string | null; readonly company: string | null };
  readonly #enrollmentRowId: number | null;
  readonly #dueAt: Instant;

  constructor({ job, lead, enrollment, sequence, step }: Candidate, zone: string, isNamed: boolean) {
    this.job = job;
    this.sequence = sequence;
    this.step = step;
    this.#leadRowId = lead.rowId;
    this.#leadId = lead.id;
    this.#email = lead.email;
    this.#zone = zone;
    this.#named = isNamed ? { name: lead.name, company: lead.company } : UNNAMED;
    this.#enrollmentRowId = enrollment?.rowId ?? null;
    this.#dueAt = enrollment?.dueAt ?? 0;
  }

  get lead(): PlannedStep['lead'] {
    const { name, company } = this.#named;
    return { rowId: this.#leadRowId, id: this.#leadId, email: this.#email, zone: this.#zone, name, company };
  }

  get enrollment(): PlannedStep['enrollment'] {
    return this.#enrollmentRowId === null ? null : { rowId: this.#enrollmentRowId, dueAt: this.#dueAt };
  }
}

const UNNAMED = { name: null, company: null };
