/** Whether two readings of the boot id are of one boot. A machine that does not tell its id may have been rebooted in between (A5, A21). */
export function isSameBoot(one: string | null, other: string | null): boolean {
  return one !== null && one === other;
}
