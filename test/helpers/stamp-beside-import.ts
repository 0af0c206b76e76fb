/** Stamps a state after each of two commits, and once more while another connection is in the middle of an import. Arguments: the state, its stamp. */
import { createStampFile } from '../../src/adapters/stamp-file.ts';
import { stampState } from '../../src/commands/run-session.ts';
import { openState } from '../../src/store/database.ts';

const [, , file = '', stamp = ''] = process.argv;
const stampFile = createStampFile(stamp);
const run = openState({ file, mode: 'write' });
const importer = openState({ file, mode: 'write' });

for (let time = 0; time < 2; time += 1) {
  run.write(() => undefined);
  stampState({ stampFile }, run);
}
await importer.syncedAtEnd(() => {
  importer.write(() => undefined);
  stampState({ stampFile }, run);
  return Promise.resolve();
});
importer.close();
run.close();
