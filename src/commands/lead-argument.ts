import { HeadgateError } from '../core/errors.ts';
import type { Lead } from '../core/model.ts';
import type { StateDatabase } from '../store/database.ts';
import { leadIdsBeginningWith } from '../store/lead-lookup.ts';
import { findLead } from '../store/leads.ts';
import type { Invocation } from './cli-context.ts';
import { argument } from './options.ts';

const SHOWN_MAX = 5;

/**
 * The lead that a command line names first: `l-…`, the beginning of an id that only one lead has, or an address. Throws
 * `lead_unknown` or `lead_ambiguous` (64), the latter with the ids that it could be.
 */
export function leadArgument(invocation: Invocation, db: StateDatabase): Lead {
  const text = argument(invocation, 0) ?? '';
  const lead = findLead(db, text);
  if (lead !== null) return lead;
  const near = /^l-[a-z2-7]+$/.test(text) ? leadIdsBeginningWith(db, text, SHOWN_MAX + 1) : [];
  if (near.length < 2) {
    throw new HeadgateError(`there is no lead ${text}`, {
      code: 'lead_unknown',
      exit: 'USAGE',
      notDone: 'Nothing was done.',
      fix: 'headgate leads list',
    });
  }
  throw new HeadgateError(`${text} is the beginning of more than one lead's id`, {
    code: 'lead_ambiguous',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: 'Give more of the id, or the address.',
    details: [...near.slice(0, SHOWN_MAX), ...(near.length > SHOWN_MAX ? ['and more'] : [])],
  });
}
