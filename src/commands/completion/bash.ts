import { flagsOf, spelledValues, type CompletionNode } from './tree.ts';

/** A script for bash, of bash alone: nothing else has to be installed. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  return `# bash completion for headgate, printed by: headgate completion bash
_headgate() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local here= word= index= value= words= flags= argument=
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ -n $value ]]; then value=; continue; fi
    case $word in
      -C | --config | --state) value=1 ;;
      -* | help) ;;
      *)
        case "\${here:+$here }$word" in
          ${cases(paths)}) here="\${here:+$here }$word" ;;
        esac
        ;;
    esac
  done
  case $here in
${nodes.map(nodeLines).join('\n')}
  esac
  case "$here:$before" in
${nodes.flatMap(valueLines).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    _headgate_values "$argument" "$current"
  fi
}

_headgate_values() {
  case $1 in
    files) compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
    sequences) COMPREPLY=($(compgen -W "$(headgate sequences list 2> /dev/null | cut -f 1)" -- "$2")) ;;
    words\\ *) COMPREPLY=($(compgen -W "\${1#words }" -- "$2")) ;;
  esac
}

complete -F _headgate headgate
`;
}

function cases(paths: readonly string[]): string {
  return paths.map((path) => `'${path}'`).join(' | ');
}

function nodeLines(node: CompletionNode): string {
  const words = node.below.map(({ word }) => word).join(' ');
  const flags = flagsOf(node)
    .flatMap(({ names }) => names)
    .join(' ');
  return `    '${node.path}') words='${words}' flags='${flags}' argument='${spelledValues(node.argument)}' ;;`;
}

function valueLines(node: CompletionNode): readonly string[] {
  return node.flags.flatMap(({ names, values }) => {
    if (values === null) return [];
    const patterns = names.map((name) => `'${node.path}:${name}'`).join(' | ');
    return [`    ${patterns}) _headgate_values '${spelledValues(values)}' "$current"; return ;;`];
  });
}
