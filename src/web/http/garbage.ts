/** So much that was read and thrown away may wait to be collected. */
const WASTE_BYTES_MAX = 12 * 1_048_576;

/**
 * Collects what bodies have left behind. What Node reads from sockets lies outside of V8's heap, which therefore sees no reason to
 * collect before there are 64 MB of it: half of what this program may need in all. The launcher allows the call (`--expose-gc`);
 * without it nothing happens but that.
 */
export function collectWaste(): void {
  const { arrayBuffers } = process.memoryUsage();
  keptBytes = Math.min(keptBytes, arrayBuffers);
  if (arrayBuffers - keptBytes < WASTE_BYTES_MAX || globalThis.gc === undefined) return;
  globalThis.gc();
  // What is left is in use: collecting again would not help.
  keptBytes = process.memoryUsage().arrayBuffers;
}

/** In use when it was last looked at. */
let keptBytes = 0;
