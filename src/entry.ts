import { join } from 'node:path';

import { start } from './cli.ts';

// dist/headgate.cjs and src/entry.ts are both one level below the installation.
void start(join(import.meta.dirname, '..'));
