import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a tool of systemd answered; null where there is no such tool on this machine. */
export interface ToolAnswer {
  readonly isDone: boolean;
  /** stdout and stderr, trimmed. */
  readonly text: string;
}

const TIMEOUT_MS = 60_000;

/** Runs one tool of systemd, without a shell. Its words are shown to people, so it speaks English and without colours. */
export function runTool(tool: string, args: readonly string[]): ToolAnswer | null {
  const { status, error, stdout, stderr } = spawnSync(tool, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return null;
  return { isDone: status === 0, text: `${stdout}${stderr}`.trim() };
}

/** sd_booted(3): whether systemd runs this machine. */
export function isSystemdRunning(): boolean {
  return existsSync('/run/systemd/system');
}
