/** The manual page of a command: `headgate-leads-import` for `leads import`. */
export function manPageOf(path: string): string {
  return `headgate-${path.replaceAll(' ', '-')}`;
}
