import { renderConfigurationReference } from '../../src/config/reference.ts';
import { renderAuditReference } from './audit-page.ts';
import { renderCliReference } from './cli-page.ts';
import { renderExitsReference } from './exits-page.ts';
import { renderFilesReference } from './files-page.ts';
import { SCHEMA_NAMES, schemaFileName, schemaOf } from './schemas/catalogue.ts';
import { renderTemplatesReference } from './templates-page.ts';

export const SCHEMA_FOLDER = 'docs/schema';

/** Every file that is made from the code, from the root of the repository, with its text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/audit-kinds.md', renderAuditReference()],
    ['docs/reference/cli.md', renderCliReference()],
    ['docs/reference/configuration.md', renderConfigurationReference()],
    ['docs/reference/exits-and-reasons.md', renderExitsReference()],
    ['docs/reference/files.md', renderFilesReference()],
    ['docs/reference/templates.md', renderTemplatesReference()],
    ...SCHEMA_NAMES.map(
      (name) =>
        [`${SCHEMA_FOLDER}/${schemaFileName(name)}`, `${JSON.stringify(schemaOf(name), null, 2)}\n`] as const,
    ),
  ]);
}
