import { flagsOf, type CompletionFlag, type CompletionNode, type Values } from './tree.ts';

/** A script for fish: as ~/.config/fish/completions/headgate.fish. */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  return `# fish completion for headgate, printed by: headgate completion fish
function __headgate_here
    set -l here
    set -l value
    for word in (commandline -opc)[2..]
        if test -n "$value"
            set value
            continue
        end
        switch $word
            case -C --config --state
                set value 1
            case '-*' help
            case '*'
                set -l longer (string trim -- "$here $word")
                if contains -- $longer ${paths.map(quoted).join(' ')}
                    set here $longer
                end
        end
    end
    test "$here" = "$argv[1]"
end

complete -c headgate -f
${nodes.flatMap(nodeLines).join('\n')}
`;
}

function nodeLines(node: CompletionNode): readonly string[] {
  const here = `complete -c headgate -n ${quoted(`__headgate_here ${quoted(node.path)}`)}`;
  return [
    ...node.below.map(({ word, text }) => `${here} -a ${quoted(word)} -d ${quoted(text)}`),
    ...argumentLines(here, node.argument),
    ...flagsOf(node).map((flag) => `${here} ${flagWords(flag)} -d ${quoted(flag.text)}`),
  ];
}

function argumentLines(here: string, values: Values): readonly string[] {
  const words = valueWords(values);
  return words === '' ? [] : [`${here} ${words}`];
}

function flagWords({ names, values }: CompletionFlag): string {
  const spellings = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  return [...spellings, ...(values === null ? [] : [`-r ${valueWords(values)}`.trimEnd()])].join(' ');
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case 'files':
      return '-F';
    case 'sequences':
      return "-a '(headgate sequences list 2> /dev/null | cut -f 1)'";
    case 'words':
      return `-a ${quoted(values.words.join(' '))}`;
    case 'nothing':
      return '';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
