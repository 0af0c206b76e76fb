import { statSync } from 'node:fs';

import { diskSpace } from '../../store/disk-space.ts';
import type { StateDatabase } from '../../store/database.ts';

/** `done`: nothing of what was ever deleted is in the file or its log. `log`: somebody reads, and the log keeps old pages until they end. */
export type Compaction = 'done' | 'log' | 'no_room' | 'too_large';

/** Half a minute's writing; beyond it a person chooses the moment. */
const COMPACT_BYTES_MAX = 1_073_741_824;

/** Rebuilds the state without what was deleted before deleting meant overwriting, where there is room and it does not take long. */
export function compactState(db: StateDatabase): Compaction {
  const { size } = statSync(db.file);
  if (size > COMPACT_BYTES_MAX) return 'too_large';
  // The new pages go through the log before they are in the file.
  if (diskSpace(db.file).freeBytes < 3 * size) return 'no_room';
  return db.compact() ? 'done' : 'log';
}
