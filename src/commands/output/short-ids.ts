const SHORT_ID_CHARACTERS = 8;

/** How much of each id a table shows: as short as an id can be typed, as long as no two rows would look the same. */
export function shortIdLength(ids: readonly string[]): number {
  const longest = Math.max(0, ...ids.map((id) => id.length));
  for (let length = SHORT_ID_CHARACTERS; length < longest; length += 1) {
    if (new Set(ids.map((id) => id.slice(0, length))).size === ids.length) return length;
  }
  return longest;
}
