import { resolve } from 'node:path';

import type { SourceConfig } from '../../config/sources.ts';
import type { Workspace } from '../workspace.ts';
import type { SyncSource } from './sync-source.ts';

/** The configured sources in the order of the file, none of them opened: what is heavy is loaded when its turn comes. */
export function sourcesOf(workspace: Workspace): readonly SyncSource[] {
  return workspace.sources.map((source) => sourceOf(workspace, source));
}

function sourceOf({ paths }: Workspace, source: SourceConfig): SyncSource {
  const { id, leadSource } = source;
  const path = resolve(paths.workspaceDir, source.path);
  return {
    kind: 'leads',
    id,
    open: async () => {
      const { createCsvFeed } = await import('../../adapters/csv-feed.ts');
      return createCsvFeed({ path, defaultSource: leadSource });
    },
  };
}
