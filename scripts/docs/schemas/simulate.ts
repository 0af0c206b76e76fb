import {
  count,
  day,
  described,
  flag,
  instant,
  listOf,
  mapOf,
  nullable,
  number,
  objectOf,
  oneOf,
  text,
  type Shapes,
} from './shapes.ts';

const REHEARSED_FIGURES = {
  drafts: count,
  sends: count,
  max_per_run: count,
  max_per_day: count,
  max_per_lead_per_day: described(count, 'Drafts for one lead within 24 hours.'),
  leads_hit_twice: described(count, 'Leads that got two drafts or more within 24 hours.'),
};

export const SIMULATE_SHAPES: Shapes = {
  'headgate.simulate/1': objectOf(
    {
      items: described(
        listOf(
          objectOf({
            day,
            drafts: count,
            sends: count,
            held: described(count, 'Of the drafts: made as held, because there were too many.'),
            doubted: described(count, 'Runs that distrusted time, machine or state, and only looked.'),
            off: described(flag, 'The machine was off for a part of it.'),
            open: described(flag, 'The operator works on this day.'),
          }),
        ),
        'The days that were asked for, one by one.',
      ),
      starts_at: instant,
      ends_at: instant,
      ...REHEARSED_FIGURES,
      drained_by: described(
        nullable(day),
        'From this day on nobody waited behind a cap; null: at the end somebody still does.',
      ),
      hold_line: number,
      violations: described(
        listOf(objectOf({ promise: text, at: instant, lead: nullable(text), what: text })),
        'With every guard on: promises that were broken, by their number in the requirements; at most 200.',
      ),
      violation_count: count,
      happenings: listOf(objectOf({ at: instant, what: text })),
      without: described(
        mapOf(
          objectOf({
            ...REHEARSED_FIGURES,
            violation_count: count,
            promises: described(listOf(text), 'The numbers of those that were broken.'),
            cut_short: nullable(oneOf(['signal', 'flood'])),
          }),
        ),
        'The same days without these guards, whose names are joined by +.',
      ),
      left: objectOf({ waiting: count, under_way: count }),
      assumed: objectOf({
        approve_after_minutes: described(nullable(number), 'Null: nobody decides about anything.'),
        reply_share: number,
        bounce_share: number,
        shares_from: oneOf(['history', 'flags', 'defaults']),
        edits_applied: described(flag, 'With `--edits`: the sequence files were applied on the copy first.'),
      }),
      replies: count,
      bounces: count,
      paused: described(nullable(text), 'Why everything is paused; null: it is not.'),
      cut_short: nullable(oneOf(['signal', 'flood'])),
      report: described(nullable(text), 'The page that --html asked for.'),
    },
    { story: described(text, 'Of --story only: its name.') },
  ),
};
