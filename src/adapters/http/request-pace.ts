import { elapsedMs } from '../clock.ts';

/** So many requests a second and no more, whoever asks at once. */
export class RequestPace {
  private readonly spacingMs: number;
  private readonly pause: (ms: number) => Promise<void>;
  private nextAt = 0;

  constructor(requestsPerSecond: number, pause: (ms: number) => Promise<void>) {
    this.spacingMs = 1_000 / requestsPerSecond;
    this.pause = pause;
  }

  /** Resolves when the next request may go out. */
  async turn(): Promise<void> {
    // Not the engine's clock: that one may be set, and may stand still.
    const now = elapsedMs();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + this.spacingMs;
    if (at > now) await this.pause(at - now);
  }
}
