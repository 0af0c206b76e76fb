/** What comes first of many, while more come: a binary heap. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (one: T, other: T) => number;

  /** `compare` orders as for `sort`; below 0: `one` comes first. */
  constructor(compare: (one: T, other: T) => number) {
    this.#compare = compare;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    // Comes to its end at the root at the latest: nothing stands above it.
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || this.#compare(item, parent) >= 0) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  /** Takes the first one out; undefined when there is none. */
  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    let free: number;
    do {
      free = at;
      let least = last;
      for (const below of [2 * free + 1, 2 * free + 2]) {
        const child = items[below];
        if (child === undefined || this.#compare(child, least) >= 0) continue;
        least = child;
        at = below;
      }
      items[free] = least;
    } while (at !== free);
    return first;
  }
}
