/** The files of one sequence of a story, its words included. */
export function storySequence(
  id: string,
  parts: {
    readonly head: string;
    readonly trigger?: string;
    /** Id and, but for nurture, timing. */
    readonly steps: readonly (readonly [string, string?])[];
  },
): Readonly<Record<string, string>> {
  const toml = [
    `name = "${id}"`,
    'status = "active"',
    parts.head,
    ...(parts.trigger === undefined ? [] : ['[trigger]', parts.trigger]),
    ...parts.steps.map(([step, timing = '']) => `[[step]]\nid = "${step}"\n${timing}`),
    '',
  ];
  const words = parts.steps.map(([step]) => [
    `${id}/${step}.md`,
    `Subject: ${id} ${step}\nMode: fixed\n\nHello {{ first_name | default: "there" }},\n\nthis is ${step}.\n`,
  ]);
  return {
    [`${id}/sequence.toml`]: toml.join('\n'),
    ...(Object.fromEntries(words) as Record<string, string>),
  };
}

/** A lead file of so many new people, numbered on from `first`. */
export function storyPeople(of: {
  readonly first: number;
  readonly count: number;
  readonly source: string;
  readonly zone?: string;
  readonly lastContact?: string;
}): string {
  const rows = Array.from({ length: of.count }, (_, index) => {
    const number = String(of.first + index);
    return `${personAddress(of.first + index)},Person${number},${of.source},${of.zone ?? ''},${of.lastContact ?? ''}`;
  });
  return ['email,first_name,source,timezone,last_contact_at', ...rows, ''].join('\n');
}

export function personAddress(number: number): string {
  return `person${String(number)}@firm${String(number)}.example`;
}
