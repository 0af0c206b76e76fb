// Opens a state as a user who owns nothing, and says how that went. Arguments: file, mode.
import Database from 'better-sqlite3';
import { HeadgateError } from '../../src/core/errors.ts';
import { openState } from '../../src/store/database.ts';
import { readHeader } from '../../src/store/header.ts';

const NOBODY = 65_534;
const [file = '', mode = ''] = process.argv.slice(2);

// The library loads its binary part on first use: before the user changes, as the checkout may not be his to read.
new Database(':memory:').close();
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
try {
  const database = openState({ file, mode: mode === 'write' ? 'write' : 'read' });
  console.log(JSON.stringify({ opened: readHeader(database).stateId }));
} catch (error) {
  if (!(error instanceof HeadgateError)) throw error;
  console.log(JSON.stringify({ code: error.code, exit: error.exit, message: error.message }));
}
