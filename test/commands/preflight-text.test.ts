import { expect, test } from 'vitest';

import { createTerminal } from '../../src/commands/output/terminal.ts';
import { preflightLines } from '../../src/commands/preflight-text.ts';
import { openHoursPolicy } from '../helpers/policy.ts';

test.each([1, 12, 345, 1_000_000])(
  'C5: the totals of an edit that moves %d leads fit 80 columns',
  (moved) => {
    const terminal = createTerminal({ isTty: true, columns: 80, env: {}, color: null, ascii: false });
    const counts = { moved, completed: moved, cancelled: moved, draftsWithdrawn: moved, emailsAdded: moved };
    const preflight = { items: [], unchanged: [], doubleSendRiskCount: 0, ...counts, firstEffect: null };
    const lines = preflightLines(terminal, preflight, { now: 0, policy: openHoursPolicy() });
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.join(' ')).toContain(`Leads whose next email moves: ${String(moved)}`);
    expect(lines.join(' ')).toContain(`Emails added: ${String(moved)}`);
  },
);
