// Lets a plain Node process run the sources: `node --import ./test/helpers/sql-as-text.mjs script.ts`.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    if (!/\.(?:sql|toml|md|csv|html|css)$/.test(url)) return nextLoad(url, context);
    const text = readFileSync(new URL(url), 'utf8');
    return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
