import type { Place, PlacedOption } from './words.js';

/** A script for bash 3.2 and later, to be read by `eval`. */
export function bashScript(places: readonly Place[]): string {
  const deeper = places.slice(1).map(({ path }) => `'${path}'`);
  const values = casesOf(
    places.flatMap(({ path, options }) =>
      options
        .filter(({ kind }) => kind !== 'flag')
        .map((it) => [`${path}:${it.name}`, answerTo(it)] as const),
    ),
  );
  const words = casesOf(
    places.map(({ path, commands, options }) => {
      const all = [...commands.map(({ word }) => word), ...options.map(({ name }) => name)];
      return [path, `words='${all.join(' ')}'`] as const;
    }),
  );
  return `# Completion of meterbook for bash: eval "$(meterbook completion bash)"
_meterbook() {
  local IFS=$' \\t\\n'
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local place=meterbook words='' i
  COMPREPLY=()
  # "--by=model" comes as three words.
  if [ "$cur" = '=' ]; then
    cur=''
  elif [ "$prev" = '=' ]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${deeper.join('|')}) place="$place \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$place:$prev" in
${values.join('\n')}
  esac
  case "$place" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _meterbook meterbook
`;
}

/** Arms of a `case`: what has the same answer is in one. */
function casesOf(pairs: readonly (readonly [pattern: string, answer: string])[]): string[] {
  const patterns = new Map<string, string[]>();
  for (const [pattern, answer] of pairs) {
    const others = patterns.get(answer);
    if (others === undefined) patterns.set(answer, [`'${pattern}'`]);
    else others.push(`'${pattern}'`);
  }
  return [...patterns].map(([answer, all]) => `    ${all.join(' | ')}) ${answer} ;;`);
}

function answerTo({ values, alone }: PlacedOption): string {
  // Its value may be left out: what follows may as well be the next option.
  if (alone !== undefined) return ':';
  if (values === undefined) return 'return';
  if (values === 'file' || values === 'folder') {
    const kind = values === 'file' ? '-f' : '-d';
    const names = `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ${kind} -- "$cur"))`;
    return `IFS=$'\\n'; ${names}; return`;
  }
  return `COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$cur")); return`;
}
