import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a tool of systemd answered; null where there is no such tool on this machine. */
export interface ToolAnswer {
  readonly isDone: boolean;
  /** stdout and stderr, trimmed. */
  readonly text: string;
}

const TIMEOUT_MS = 60_000;
const TOOL_ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  SYSTEMD_COLORS: '0',
  SYSTEMD_PAGER: '',
};

/**
 * Runs one tool of systemd, without a shell, with `input` on its stdin. Its words are shown to people, so it speaks English and without
 * colours.
 */
export function runTool(tool: string, args: readonly string[], input?: string): ToolAnswer | null {
  const { status, error, stdout, stderr } = spawnSync(tool, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
    env: TOOL_ENVIRONMENT,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return null;
  return { isDone: status === 0, text: `${stdout}${stderr}`.trim() };
}

/** The same while other things go on; a tool that takes longer than it may is not done. */
export function askTool(
  tool: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ToolAnswer | null> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', timeout: timeoutMs, env: TOOL_ENVIRONMENT } as const;
    execFile(tool, args, options, (error, stdout, stderr) => {
      if (error !== null && 'code' in error && error.code === 'ENOENT') resolve(null);
      else resolve({ isDone: error === null, text: `${stdout}${stderr}`.trim() });
    });
  });
}

/** sd_booted(3): whether systemd runs this machine. */
export function isSystemdRunning(): boolean {
  return existsSync('/run/systemd/system');
}
