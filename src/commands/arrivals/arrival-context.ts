import { compileMatcher, type Matcher } from '../../core/matching.ts';
import type { Instant, Lead, LeadFields } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { createZoneFinder, type LeadZone, type ZonesOfCountry } from '../../core/zones-of-country.ts';
import type { Random } from '../../ports.ts';
import type { StateDatabase } from '../../store/database.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import { loadSequences } from '../../store/sequences.ts';
import { openEngine, type Engine } from '../engine/engine.ts';
import { rescheduleLead } from '../engine/rescheduling.ts';
import { GUARDS_OFF } from '../guards-off.ts';
import { createEnrollmentStarts, type EnrollmentStarts } from './enrollment-starts.ts';

export interface ArrivalDependencies {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly random: Pick<Random, 'publicId' | 'publicIds'>;
  readonly zonesOfCountry: ZonesOfCountry;
  /** One reading of the clock for the whole import or change. */
  readonly now: Instant;
  /** Runs one transaction of whoever acts; the state's own where nobody has to be asked about doubts (A15). */
  readonly write?: <T>(work: () => T) => T;
}

/** Everything that decides what becomes of a lead that arrives or changes; made once per import. */
export interface ArrivalContext extends ArrivalDependencies {
  readonly write: <T>(work: () => T) => T;
  readonly match: Matcher;
  readonly startOf: EnrollmentStarts;
  readonly zoneOf: (lead: Pick<LeadFields, 'timezone' | 'country' | 'region'>) => LeadZone;
  /** C3, C4: puts what is under way into the hours of another zone or country, in the caller's transaction; returns how many moved. */
  readonly reschedule: (lead: Pick<Lead, 'rowId' | 'zone' | 'country'>) => number;
}

/** Loads the applied sequences and compiles their triggers. */
export function createArrivalContext(dependencies: ArrivalDependencies): ArrivalContext {
  const { db, policy, zonesOfCountry } = dependencies;
  const sequences = loadSequences(db);
  let engine: Engine | undefined;
  return {
    write: (work) => db.write(work),
    ...dependencies,
    match: compileMatcher(sequences),
    startOf: createEnrollmentStarts({ sequences, policy, holidaysOf: loadedHolidays(db) }),
    zoneOf: createZoneFinder({ operatorZone: policy.timezone, zonesOfCountry }),
    reschedule: (lead) => {
      // Few imports move anybody.
      engine ??= openEngine({ db, policy, now: dependencies.now, without: GUARDS_OFF });
      return rescheduleLead(engine, lead);
    },
  };
}
