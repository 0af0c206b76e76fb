/** Stands in for vitest where servers of the tests are used by a program of its own: whoever starts one there stops it. */
export function onTestFinished(): void {
  // Nothing ends here but the process.
}
