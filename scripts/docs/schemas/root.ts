import { count, listOf, objectOf, text, type Shapes } from './shapes.ts';

/** What the program answers by itself: help, version, the list of exit codes. */
export const ROOT_SHAPES: Shapes = {
  'headgate.help/1': objectOf({ items: listOf(objectOf({ command: text, summary: text })) }, { text }),
  'headgate.version/1': objectOf({ items: { type: 'array', maxItems: 0 }, version: text, node: text }),
  'headgate.exit-codes/1': objectOf({ items: listOf(objectOf({ code: count, name: text, meaning: text })) }),
};
