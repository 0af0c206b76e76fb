import { isObject, objectOf } from '../http/json.ts';
import { numberAt, textAt } from './event-fields.ts';

export interface Place {
  /** How the server counts. */
  readonly uidValidity: string;
  /** The last number that was read. */
  readonly lastUid: number;
  /** Numbers up to it that the server lists and did not hand over. */
  readonly unread: readonly number[];
}

/** By folder. */
export type Places = Readonly<Record<string, Place>>;

/** A cursor as it was kept; what is no longer understood is read anew, which changes nothing (E7). */
export function parsePlaces(cursor: string | null): Places {
  if (cursor === null) return {};
  const value = objectOf(cursor) ?? {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([path, place]) => {
      if (!isObject(place)) return [];
      const uidValidity = textAt(place, 'uidValidity');
      const lastUid = numberAt(place, 'lastUid');
      const unread = Array.isArray(place['unread']) ? place['unread'].filter(Number.isSafeInteger) : [];
      return uidValidity === null || lastUid === null ? [] : [[path, { uidValidity, lastUid, unread }]];
    }),
  );
}
