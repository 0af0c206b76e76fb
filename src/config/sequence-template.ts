/** The files of a new sequence (`sequences new`): they pass lint as they are and say what to change. */

/** The `sequence.toml` of a new sequence with one step. Draft: it matches nobody (B9). */
export function newSequence(id: string, stepId: string): string {
  return `name   = "${titleOf(id)}"
status = "draft"                        # draft | active | paused | archived; only active enrolls

[trigger]                               # any line that matches is enough; the most specific sequence wins
# form           = ["contact-2026"]     # the id of a form, exactly
# source         = ["form:*"]           # a source, or the beginning of one
# platform       = ["inbound"]
# notes_contain  = ["website"]
# tags           = ["webinar"]
# where          = { country = "DE" }   # any other field of a lead
# priority       = 0                    # higher wins a tie
# allow_parallel = false                # true: may run beside another sequence

[send]
window = { start = "09:00", end = "17:00", tz = "lead", weekdays = [1, 2, 3, 4, 5] }

[[step]]                                # the order here is the order sent
id    = "${stepId}"                     # its words are in ${stepId}.md; an id is for ever
after = "0d"                            # later steps count from the previous send: "6h", "2d", "2 working days"
`;
}

/** The first step of a new sequence. */
export function firstStep(): { readonly id: string; readonly text: string } {
  return { id: 'first-mail', text: FIRST_MAIL };
}

const FIRST_MAIL = `Subject: A question about {{ company | default: "your work" }}
Preheader: The line that an inbox shows behind the subject

Hello {{ first_name | default: "there" }},

write here what this mail has to say, in plain words and under 220 of them.
Which one question should it end with?

{{ sender_name }}
`;

/** `website-lead` is "Website lead". */
function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
