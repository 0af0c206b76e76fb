/**
 * The part of Liquid that copy may use. The rest is absent on purpose: `include`, `render` and `layout` read files,
 * `capture` and `echo` would escape twice or not at all, loops have no use with fields that are text, `raw` turns
 * escaping off, arithmetic makes 0 of a word, `date` reads the clock and the machine's zone, and `sample` rolls dice
 * (A17: a preview is what a run does).
 */
export const TEMPLATE_TAGS: readonly string[] = ['if', 'unless', 'case', 'assign', 'comment', '#'];

export const TEMPLATE_FILTERS: readonly string[] = [
  'default',
  'upcase downcase capitalize strip lstrip rstrip squish normalize_whitespace strip_html strip_newlines slugify',
  'append prepend remove remove_first remove_last replace replace_first replace_last truncate truncatewords slice',
  'split join first last size reverse uniq compact array_to_sentence_string number_of_words url_encode',
].flatMap((names) => names.split(' '));
