import { readFileSync } from 'node:fs';

import type { BuildOptions, Plugin } from 'esbuild';

/** What the sources import as text, for every build of them: the program's, and those that tests make. */
export const TEXT_LOADERS: NonNullable<BuildOptions['loader']> = {
  '.sql': 'text',
  '.toml': 'text',
  '.md': 'text',
  '.csv': 'text',
  '.html': 'text',
  '.css': 'text',
};

/** What the review page gives to the browser is carried as text, not run here. */
export const browserScripts: Plugin = {
  name: 'browser-scripts',
  setup(plugin) {
    plugin.onLoad({ filter: /[/\\]web[/\\]private[/\\]assets[/\\]\w+\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
  },
};
