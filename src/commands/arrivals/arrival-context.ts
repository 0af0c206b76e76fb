import { compileMatcher, type Matcher } from '../../core/matching.ts';
import type { Instant, LeadFields } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { createZoneFinder, type LeadZone, type ZonesOfCountry } from '../../core/zones-of-country.ts';
import type { Random } from '../../ports.ts';
import type { StateDatabase } from '../../store/database.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import { loadSequences } from '../../store/sequences.ts';
import { createEnrollmentStarts, type EnrollmentStarts } from './enrollment-starts.ts';

export interface ArrivalDependencies {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly random: Pick<Random, 'publicId'>;
  readonly zonesOfCountry: ZonesOfCountry;
  /** One reading of the clock for the whole import or change. */
  readonly now: Instant;
}

/** Everything that decides what becomes of a lead that arrives or changes; made once per import. */
export interface ArrivalContext extends ArrivalDependencies {
  readonly match: Matcher;
  readonly startOf: EnrollmentStarts;
  readonly zoneOf: (lead: Pick<LeadFields, 'timezone' | 'country' | 'region'>) => LeadZone;
}

/** Loads the applied sequences and compiles their triggers. */
export function createArrivalContext(dependencies: ArrivalDependencies): ArrivalContext {
  const { db, policy, zonesOfCountry } = dependencies;
  const sequences = loadSequences(db);
  return {
    ...dependencies,
    match: compileMatcher(sequences),
    startOf: createEnrollmentStarts({ sequences, policy, holidaysOf: loadedHolidays(db) }),
    zoneOf: createZoneFinder({ operatorZone: policy.timezone, zonesOfCountry }),
  };
}
