/**
 * D4: words that mean "no money, no key, no quota", in the codes, types and texts of models, mail providers and data
 * services alike. Each matches without case, and whether its words are joined by spaces, hyphens or underscores.
 */
const MARKERS: readonly RegExp[] = [
  'insufficient quota',
  '(?:daily|monthly|usage|account|plan|sending) quota (?:has been |was )?(?:exceeded|reached|exhausted)',
  'exceeded (?:your|the) (?:current|daily|monthly|sending) (?:quota|limit)',
  'billing (?:hard limit|limit|not active|details|issue|required|disabled)',
  'payment (?:is )?required',
  '(?:credit|account) balance (?:is )?too low',
  '(?:insufficient|maximum|out of|no) (?:credits?|funds)',
  '(?:invalid|incorrect|missing|revoked|expired|restricted|unknown) (?:x )?api key',
  'api key (?:is |has been |was )?(?:invalid|incorrect|missing|revoked|expired|disabled)',
  '(?:invalid|expired|revoked) (?:access )?token',
  'authentication error',
  'your account (?:is|has been|was) (?:suspended|disabled|deactivated|blocked|locked)',
  'account (?:deactivated|suspended)',
].map((words) => new RegExp(`(?<![a-z])${words.replaceAll(' ', '[ _-]')}`, 'i'));

/** The words of the first marker in a text, as they stand there; null when it holds none. */
export function fatalMarker(text: string): string | null {
  for (const marker of MARKERS) {
    const found = marker.exec(text)?.[0];
    if (found !== undefined) return found.trim();
  }
  return null;
}
