import { type Place, type PlacedOption, plain } from './words.js';

/** A script for zsh 5: read by `eval` after `compinit`, or a file `_meterbook` in the `fpath`. */
export function zshScript(places: readonly Place[]): string {
  const deeper = places.slice(1).map(({ path }) => `'${path}'`);
  return `#compdef meterbook
# Completion of meterbook for zsh: eval "$(meterbook completion zsh)", after compinit
_meterbook() {
  local place=meterbook
  local -a commands
  integer i=2
  while (( i < CURRENT )); do
    case "$place $words[i]" in
      ${deeper.join('|')}) place="$place $words[i]" ;;
      *) break ;;
    esac
    (( i++ ))
  done
  # What leads to the command is one word to what completes its options.
  words=("$place" "\${(@)words[i,-1]}")
  (( CURRENT -= i - 2 ))
  case "$place" in
${places.map(placeCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = _meterbook ]; then
  _meterbook "$@"
else
  compdef _meterbook meterbook
fi
`;
}

function placeCase({ path, commands, options }: Place): string {
  const list = commands.map(({ word, summary }) => `        '${word}:${escaped(summary)}'`);
  const named = commands.length === 0 ? [] : ["'1: :->command'"];
  const specs = [...named, ...options.map(specOf)].join(' \\\n        ');
  const describe =
    commands.length === 0
      ? ''
      : `
      commands=(
${list.join('\n')}
      )
      [ "$CURRENT" = 2 ] && [[ "$words[2]" != -* ]] && { _describe command commands; return }`;
  return `    '${path}')${describe}
      _arguments -S \\
        ${specs}
      ;;`;
}

function specOf({ name, kind, takes = '', help, values, alone }: PlacedOption): string {
  const about = `[${escaped(help)}]`;
  const repeated = kind === 'list' ? '*' : '';
  if (kind === 'flag') return `'${name}${about}'`;
  const what = takes.replace(/[<>[\]]/g, '');
  const message = alone === undefined ? `:${what}:` : `::${what}:`;
  return `'${repeated}${name}=${about}${message}${actionOf(values)}'`;
}

function actionOf(values: PlacedOption['values']): string {
  if (values === undefined) return ' ';
  if (values === 'file') return '_files';
  return values === 'folder' ? '_files -/' : `(${values.join(' ')})`;
}

function escaped(text: string): string {
  return plain(text).replace(/[\\:[\]]/g, '\\$&');
}
