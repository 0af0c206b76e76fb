import { isObject } from '../mail/http/answer.ts';
import { numberAt, textAt } from './event-fields.ts';

/** By folder: how the server counts, and the last number that was read. */
export type Places = Readonly<Record<string, { readonly uidValidity: string; readonly lastUid: number }>>;

/** A cursor as it was kept; what is no longer understood is read anew, which changes nothing (E7). */
export function parsePlaces(cursor: string | null): Places {
  if (cursor === null) return {};
  const value = parsed(cursor);
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([path, place]) => {
      if (!isObject(place)) return [];
      const uidValidity = textAt(place, 'uidValidity');
      const lastUid = numberAt(place, 'lastUid');
      return uidValidity === null || lastUid === null ? [] : [[path, { uidValidity, lastUid }]];
    }),
  );
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(cursor) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
