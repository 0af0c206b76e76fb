import { forecastDays, type ForecastDay } from '../core/report/forecast.ts';
import { addDays, startOfLocalDay } from '../core/time/zone.ts';
import { duePlaces, recentDrafts } from '../store/due-places.ts';
import { readHeader } from '../store/header.ts';
import { sequenceList, type Engine } from './engine/engine.ts';

/** A state in which more than this differs in what is due is told of as far as this goes: a forecast is a look, not a run. */
const GROUPS_MAX = 100_000;

export interface Forecast {
  readonly days: readonly ForecastDay[];
  /** True: more was due than is looked at, and the later days hold more than they say. */
  readonly isCutShort: boolean;
}

/** The coming days of a state, for report, digest and status alike. Reads only. */
export function forecastOf(engine: Engine, days: number, groupsMax: number = GROUPS_MAX): Forecast {
  const { db, policy, now, operatorDay, holidaysOf } = engine;
  const before = startOfLocalDay(addDays(operatorDay, days), policy.timezone);
  const { watermarkMs } = policy.limits;
  const places = duePlaces(db, { now, before, watermarkMs, limit: groupsMax + 1 });
  return {
    isCutShort: places.length > groupsMax,
    days: forecastDays({
      ...{ places, now, days, policy, holidaysOf },
      sequences: sequenceList(engine).filter(({ status }) => status === 'active'),
      made: recentDrafts(db, { now, operatorDay }),
      needsPerson: readHeader(db).personNeededSinceAt !== null,
    }),
  };
}
