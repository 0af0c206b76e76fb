import type { Notice, NoticeChannel, Notifier } from '../../ports.ts';

/**
 * Tells at once what no state can hold (A15): the first channel that takes it ends the search. `wrap` makes the whole message of a
 * notice. False when none took it.
 */
export function createNotifier(
  channels: readonly NoticeChannel[],
  wrap: (notice: Notice) => Parameters<NoticeChannel['post']>[0],
): Notifier {
  return {
    async deliver(notice) {
      const message = wrap(notice);
      for (const channel of channels) {
        const result = await channel.post(message);
        if (result.kind === 'taken') return true;
      }
      return false;
    },
  };
}
