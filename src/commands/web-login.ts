import { LINK_LIFE_MS } from '../core/web-key.ts';
import { HeadgateError } from '../core/errors.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { countOption, usageError } from './options.ts';
import { operatorOf } from './review/desk.ts';
import { DEFAULT_PORT } from './web/listen-on.ts';
import { makeLink } from './web/sign-in.ts';

const PORT_MAX = 65_535;

/**
 * `web login`: prints an address that signs whoever opens it in to the review page, once, within a minute (cli.md 5.3). Off a terminal
 * it prints the address alone.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const port = countOption(invocation, 'port') ?? DEFAULT_PORT;
  if (port < 1 || port > PORT_MAX) throw usageError(`--port takes 1 to ${PORT_MAX}`);
  return withState(invocation, 'write', (state) => {
    const { machine } = invocation.context;
    const bootId = machine.bootId();
    if (bootId === null) throw bootUnknown();
    const { name } = operatorOf(state);
    const url = `http://127.0.0.1:${port}/in/${makeLink(state, name, bootId)}`;
    const endsAt = state.now + LINK_LIFE_MS;
    return {
      exit: 'OK',
      document: { items: [{ url, person: name, ends_at: formatInstant(endsAt) }] },
      human: (terminal) =>
        terminal.isTty
          ? [
              '',
              ` ${terminal.bold(url)}`,
              ` Open it within a minute; it works once, and signs ${name} in for 12 hours.`,
              '',
              ` From another machine, first:  ssh -N -L ${port}:/run/headgate/web.sock ${machine.identity().hostName}`,
              '',
            ]
          : [url],
    };
  });
}

function bootUnknown(): HeadgateError {
  return new HeadgateError('this machine does not say which boot it is in', {
    code: 'boot_unknown',
    exit: 'CONFIG',
    notDone: 'No link was made: a session has to end with the boot.',
    fix: 'Let /proc/sys/kernel/random/boot_id be read; headgate review works without it.',
  });
}
