/**
 * The keys of sequence.toml and the headers of a step file, in words. The parsers hold the keys themselves; a test asks them which
 * keys and which words they take, so that a line that is missing or wrong here fails it.
 */
export interface KeyText {
  readonly key: string;
  /** What the key takes, in words. */
  readonly accepts: string;
  /** The words that the key takes, where it takes no others; shown instead of `accepts`. */
  readonly choices?: readonly string[];
  /** What holds when the line is left out. */
  readonly otherwise: string;
  readonly meaning: string;
}

export interface TableText {
  /** As it is written in the file; empty for the top. */
  readonly heading: string;
  readonly summary: string;
  readonly keys: readonly KeyText[];
}

const DURATION = 'a duration: `"90m"`, `"6h"`, `"7d"`';
const ID = 'lower-case letters, digits and single hyphens, at most 64 characters';

const HEAD: TableText = {
  heading: '',
  summary:
    'The folder is the name of the sequence, for ever: lower-case letters, digits and single hyphens. A key that is not listed is refused with the nearest one that is.',
  keys: [
    {
      key: 'name',
      accepts: 'one line of text, 1 to 200 characters',
      otherwise: 'the name of the folder',
      meaning: 'The title that people read.',
    },
    {
      key: 'description',
      accepts: 'text, 1 to 2000 characters',
      otherwise: 'none',
      meaning: 'For whoever reads it later.',
    },
    {
      key: 'status',
      accepts: '',
      choices: ['draft', 'active', 'paused', 'archived'],
      otherwise: '`draft`',
      meaning:
        'draft reaches nobody; active enrolls and sends; paused enrolls nobody and pushes each due step out hour by hour; archived cancels everybody in it and is final.',
    },
    {
      key: 'kind',
      accepts: '',
      choices: ['drip', 'nurture'],
      otherwise: '`drip`',
      meaning:
        'drip is matched when a lead arrives; nurture holds the follow-ups that `headgate nurture` picks for leads gone cold, its steps in turn.',
    },
    {
      key: 'campaign',
      accepts: 'the name of a file under `campaigns/`, without `.md`',
      otherwise: 'none',
      meaning: 'The brief behind the sequence: a model that writes one of its steps is told it.',
    },
    {
      key: 'approve',
      accepts: '',
      choices: ['ask', 'auto'],
      otherwise: '`ask`',
      meaning:
        'ask: every draft waits for a person. auto: drafts approve themselves, unless a guard asks or the engine was in doubt and no person has acted since.',
    },
    {
      key: 'gap',
      accepts: '',
      choices: ['planned', 'watermark'],
      otherwise: '`planned`',
      meaning:
        'For steps timed by `day`, when one left late: planned keeps the planned distance to the next, watermark only `limits.watermark_hours`.',
    },
    {
      key: 'late',
      accepts: '',
      choices: ['ask', 'skip', 'restart'],
      otherwise: '`ask`',
      meaning:
        'What becomes of a step that fell due while nothing ran and is older than `max_late`: a person is asked, it is passed over, or its delay starts again.',
    },
    {
      key: 'max_late',
      accepts: DURATION,
      otherwise: '`limits.max_late_days`',
      meaning: 'How late a step may be before `late` applies.',
    },
    {
      key: 'renamed_from',
      accepts: ID,
      otherwise: 'none',
      meaning: 'The former name of the folder. Without it a renamed folder is a new sequence.',
    },
  ],
};

const TRIGGER: TableText = {
  heading: '[trigger]',
  summary:
    'Who is enrolled when they arrive, or when their source or form changes. Any line that matches is enough. Of several sequences the one with the most specific line wins: form, then an exact source, then the beginning of a source, then any other line, then the catch-all; then `priority`, then the name. In a sequence of kind nurture the lines are a filter.',
  keys: [
    {
      key: 'form',
      accepts: 'a list of form ids',
      otherwise: 'none',
      meaning: "The lead's `source_form_id`, exactly, capitals included.",
    },
    {
      key: 'source',
      accepts: 'a list of sources; `*` may stand at the end of one',
      otherwise: 'none',
      meaning: 'The source, or with `*` the beginning of it.',
    },
    { key: 'platform', accepts: 'a list of texts', otherwise: 'none', meaning: 'The platform.' },
    {
      key: 'notes_contain',
      accepts: 'a list of texts',
      otherwise: 'none',
      meaning: 'A part of the notes.',
    },
    { key: 'tags', accepts: 'a list of texts', otherwise: 'none', meaning: 'One of the tags.' },
    {
      key: 'where',
      accepts: 'a table: `{ country = "DE" }`, or a list of values',
      otherwise: 'none',
      meaning: 'Any other field of the lead, or a further column of the lead file, that is equal.',
    },
    {
      key: 'catch_all',
      accepts: '',
      choices: ['true', 'false'],
      otherwise: '`false`',
      meaning: 'true: takes whom nothing else matches. At most one sequence; not in kind nurture.',
    },
    {
      key: 'priority',
      accepts: 'a whole number from -1000000 to 1000000',
      otherwise: '`0`',
      meaning: 'The higher one wins between lines that are equally specific.',
    },
    {
      key: 'allow_parallel',
      accepts: '',
      choices: ['true', 'false'],
      otherwise: '`false`',
      meaning: 'true: may run beside another drip sequence of the same lead. Not in kind nurture.',
    },
  ],
};

const SEND: TableText = {
  heading: '[send]',
  summary: 'From whom, and when.',
  keys: [
    {
      key: 'from',
      accepts: 'one sender, such as `"Tom <tom@example.com>"`, in one of the `domains` of brand.toml',
      otherwise: '`from` of brand.toml',
      meaning: 'The sender of every mail of this sequence.',
    },
    {
      key: 'reply_to',
      accepts: 'one email address',
      otherwise: '`reply_to` of brand.toml',
      meaning: 'Where answers go.',
    },
    {
      key: 'window',
      accepts: 'a table, see below',
      otherwise: 'none: the hours of headgate.toml alone',
      meaning: 'When mails of this sequence may be drafted and sent, inside the hours of headgate.toml.',
    },
  ],
};

const WINDOW: TableText = {
  heading: 'window = { … }',
  summary:
    'A send window, of a sequence or of a step. It is at least 60 minutes long and narrows the hours of headgate.toml; `sequences lint` refuses one that never meets them. For a lead whose window does not open within 14 days the hours alone decide.',
  keys: [
    {
      key: 'start',
      accepts: 'a time in quotes, `"00:00"` to `"23:59"`',
      otherwise: '`"00:00"`',
      meaning: 'First minute that is open.',
    },
    {
      key: 'end',
      accepts: 'a time in quotes, up to `"24:00"`',
      otherwise: '`"24:00"`',
      meaning: 'First minute that is closed again. Before `start`: open through the night.',
    },
    {
      key: 'tz',
      accepts: '`"lead"` or an IANA zone such as `"Europe/Berlin"`',
      otherwise: '`"UTC"`',
      meaning: "Whose clock: the lead's, or a fixed one.",
    },
    {
      key: 'weekdays',
      accepts: 'a list of ISO weekdays, 1 (Monday) to 7 (Sunday)',
      otherwise: 'every day',
      meaning: 'Days that are open.',
    },
  ],
};

const STEP: TableText = {
  heading: '[[step]]',
  summary:
    'The steps in the order in which they are sent, at most 100. All of them use `after`, or all of them use `day`; in kind nurture neither, since `nurture.cold_days` and `nurture.quiet_days` decide.',
  keys: [
    {
      key: 'id',
      accepts: ID,
      otherwise: 'required',
      meaning:
        'The words are in `ID.md` beside the file. An id names one step for ever, also after it was removed.',
    },
    {
      key: 'after',
      accepts: 'a delay: `"90m"`, `"6h"`, `"2d"`, `"2 working days"`, at most 366 days',
      otherwise: 'this or `day` is required',
      meaning:
        "From when the step before was sent; for the first step from enrollment. Working days are the lead's and keep the time of day.",
    },
    {
      key: 'day',
      accepts: 'a whole number from 0 to 366',
      otherwise: 'this or `after` is required',
      meaning: 'Days of 24 hours from enrollment; each later than the one before.',
    },
    {
      key: 'window',
      accepts: 'a table, see above',
      otherwise: 'the window of the sequence',
      meaning: 'When this step may be drafted and sent.',
    },
    {
      key: 'max_late',
      accepts: DURATION,
      otherwise: '`max_late` of the sequence',
      meaning: 'How late this step may be before `late` applies.',
    },
    {
      key: 'thread',
      accepts: '',
      choices: ['reply', 'new'],
      otherwise: '`reply`, `new` for the first step',
      meaning:
        'Whether the mail answers the last one of its sequence that left (In-Reply-To, References), or starts a thread of its own.',
    },
    {
      key: 'no_reply',
      accepts: DURATION,
      otherwise: 'none',
      meaning: 'The step waits until the last email is that old.',
    },
    {
      key: 'renamed_from',
      accepts: ID,
      otherwise: 'none',
      meaning: 'The former id of the step. Without it a renamed step is a new one.',
    },
  ],
};

/** sequence.toml, table by table. */
export const SEQUENCE_TABLES = { HEAD, TRIGGER, SEND, WINDOW, STEP } as const;

/** The headers of `STEP.md`. */
export const STEP_HEADERS: readonly KeyText[] = [
  {
    key: 'Subject',
    accepts: 'one line, 1 to 500 characters; a template',
    otherwise: 'of a reply: `Re: ` and the subject of its thread; else required',
    meaning:
      'The subject, typed as it is: no quotes, no escapes. Some mail programs show a reply under a subject of its own as a new conversation.',
  },
  {
    key: 'Preheader',
    accepts: 'one line, 1 to 500 characters; a template',
    otherwise: 'none',
    meaning: 'What an inbox shows behind the subject.',
  },
  {
    key: 'Mode',
    accepts: '',
    choices: ['fixed', 'ai', 'assist'],
    otherwise: '`fixed`; `ai` where the text has a `{{ ai }}` gap',
    meaning:
      'fixed: the text is sent as it is written here. ai: a model fills the gap. assist: the same, and a person always finishes the draft.',
  },
  {
    key: 'Length',
    accepts: '',
    choices: ['short', 'medium', 'long'],
    otherwise: '`medium`',
    meaning:
      'Words of the whole mail: short 40 to 100, medium 120 to 220, long 280 to 450. What a model writes otherwise is held.',
  },
  {
    key: 'Briefing',
    accepts: 'text, 1 to 8000 characters; may go on over lines that begin with a space',
    otherwise: 'none',
    meaning: 'What a model is to say in this mail.',
  },
  {
    key: 'Continue',
    accepts: '',
    choices: ['yes', 'no'],
    otherwise: '`yes`',
    meaning: 'Whether a model is shown how the mail before it begins.',
  },
];
