import type { DigestLayout } from './digest-text.ts';
import type { OperatorState } from './operator-state.ts';
import { createTerminal, DEFAULT_WIDTH } from './output/terminal.ts';

/** `chat`: no columns, the chat breaks lines itself. `page`: 80 columns, whatever the terminal. */
export function digestLayout(state: OperatorState, kind: 'chat' | 'page'): DigestLayout {
  const { invocation, workspace } = state;
  const { env } = invocation.context.io;
  const terminal = createTerminal({
    isTty: false,
    columns: DEFAULT_WIDTH,
    env: kind === 'chat' ? { ...env, LC_ALL: 'C.UTF-8' } : env,
    color: false,
    ascii: kind === 'page' && invocation.global.ascii,
  });
  return {
    width: kind === 'chat' ? null : DEFAULT_WIDTH,
    ascii: terminal.ascii,
    symbols: terminal.symbols,
    host: invocation.context.machine.identity().hostName,
    timezone: workspace.policy.timezone,
  };
}
