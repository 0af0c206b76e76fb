import { HeadgateError } from '../../core/errors.ts';
import { run as runVeto } from '../review-veto.ts';
import { problem } from './acts.ts';
import type { Answered } from './memory.ts';
import type { Visit } from './visit.ts';

/**
 * `headgate review veto p-…`, run as the command itself, under its job's lock and with its run row (A5). What it refuses is told on the
 * page.
 */
export async function vetoPlan({ state, person }: Visit, id: string): Promise<Answered> {
  const { invocation } = state;
  const { context } = invocation;
  const env = { ...context.io.env, SUDO_USER: person };
  try {
    const outcome = await runVeto({
      ...invocation,
      context: { ...context, io: { ...context.io, env } },
      path: 'review veto',
      args: [id],
      options: {},
    });
    if (outcome.exit !== 'OK') return problem('/status', outcome.message ?? `It ended ${outcome.exit}.`);
    const text = `Vetoed ${id}: nothing of it is drafted, and its job only previews until a person acts.`;
    return { location: '/status', told: { tone: 'done', text, details: [] } };
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return problem('/status', `Not vetoed: ${error.message}.`);
  }
}
