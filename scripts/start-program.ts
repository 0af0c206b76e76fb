/** dist/headgate.cjs: what the launchers start. */
import { cachedProgram, type Run } from './program.ts';

// Node follows source maps only in modules that it loaded itself.
const program = process.sourceMapsEnabled ? null : cachedProgram(import.meta.dirname);
const load: NodeJS.Require = require;
if (program === null) (load('./program.cjs') as Run)(load, import.meta.dirname);
else program.run(load);
