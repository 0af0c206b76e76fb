import type { Match, MatchOutcome } from '../../core/matching.ts';
import type { MatchVerdict } from '../../core/model.ts';

/** The one line that matching leaves in a lead's story (B3); its kind is the verdict. */
export function matchText(outcome: MatchOutcome): string {
  switch (outcome.verdict) {
    case 'matched':
      return outcome.enroll.map(matchWords).join('; ');
    case 'concurrent_drip_blocked':
      return `already in flight; would have matched ${outcome.blocked.map(matchWords).join('; ')}`;
    case 'empty_sequence':
      return `has no step: ${outcome.empty.map(matchWords).join('; ')}`;
    default:
      return VERDICT_WORDS[outcome.verdict];
  }
}

/** `website-lead by source website (pattern_exact)`. */
function matchWords({ sequenceId, snapshot, reason }: Match): string {
  return `${sequenceId} by ${snapshot.pattern} (${reason})`;
}

const VERDICT_WORDS: Readonly<
  Record<Exclude<MatchVerdict, 'matched' | 'concurrent_drip_blocked' | 'empty_sequence'>, string>
> = {
  no_match: 'no active sequence wants this lead',
  opted_out_at_match_time: 'opted out: enrolled nowhere',
  dnc: 'do-not-contact: enrolled nowhere',
  suppressed: 'the address is suppressed: enrolled nowhere',
  stage_excluded: 'by its stage: enrolled nowhere',
  status_excluded: 'by its status: enrolled nowhere',
  spam: 'marked as spam: enrolled nowhere',
  no_active_sequences: 'no sequence is active',
};
