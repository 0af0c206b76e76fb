import { flagsOf, spelledValues, type CompletionNode } from './tree.ts';

/** A script for zsh: as a file `_headgate` in a folder of fpath, or read by `source` after compinit. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '');
  return `#compdef headgate
# zsh completion for headgate, printed by: headgate completion zsh
_headgate() {
  local here= word= index= value=
  local -a below flags argument
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    if [[ -n $value ]]; then value=; continue; fi
    case $word in
      -C | --config | --state) value=1 ;;
      -* | help) ;;
      *)
        case "\${here:+$here }$word" in
          ${paths.map((path) => `'${path}'`).join(' | ')}) here="\${here:+$here }$word" ;;
        esac
        ;;
    esac
  done
  case $here in
${nodes.map(nodeLines).join('\n')}
  esac
  case "$here:$words[CURRENT - 1]" in
${nodes.flatMap(valueLines).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -t options 'flag' flags
  elif (( $#below )); then
    _describe -t commands 'command' below
  else
    _headgate_values $argument
  fi
}

_headgate_values() {
  case $1 in
    files) _files ;;
    sequences) compadd -- \${(f)"$(headgate sequences list 2> /dev/null | cut -f 1)"} ;;
    words) compadd -- "\${@:2}" ;;
  esac
}

if [[ $funcstack[1] == _headgate ]]; then
  _headgate "$@"
else
  compdef _headgate headgate
fi
`;
}

function nodeLines(node: CompletionNode): string {
  const below = node.below.map(({ word, text }) => described(word, text)).join(' ');
  const flags = flagsOf(node)
    .flatMap(({ names, text }) => names.map((name) => described(name, text)))
    .join(' ');
  return `    '${node.path}')\n      below=(${below})\n      flags=(${flags})\n      argument=(${spelledValues(node.argument)})\n      ;;`;
}

/** `_describe` takes what stands behind the first colon for the text. */
function described(word: string, text: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${text}`);
}

function valueLines(node: CompletionNode): readonly string[] {
  return node.flags.flatMap(({ names, values }) => {
    if (values === null) return [];
    const patterns = names.map((name) => quoted(`${node.path}:${name}`)).join(' | ');
    return [`    ${patterns}) _headgate_values ${spelledValues(values)}; return ;;`];
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
