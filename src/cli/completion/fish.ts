import { type Place, type PlacedOption, plain } from './words.js';

/** A script for fish 3, to be sourced, or a file in its folder `completions`. */
export function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const [, ...words] = path.split(' ');
    const next = commands.map(({ word }) => word);
    const condition = `-n '__meterbook_at "${words.join(' ')}" ${next.join(' ')}'`;
    return [
      ...commands.map(
        ({ word, summary }) =>
          `complete -c meterbook ${condition} -a ${word} -d '${plain(summary)}'`,
      ),
      ...options.map((it) => `complete -c meterbook ${condition} ${optionOf(it)}`),
    ];
  });
  return `# Completion of meterbook for fish: meterbook completion fish | source
function __meterbook_at --description 'whether the words before name this command, and none below it'
  set -l words (commandline -opc)[2..-1]
  set -l path (string split -n ' ' -- $argv[1])
  for i in (seq (count $path))
    test "$words[$i]" = "$path[$i]"; or return 1
  end
  set -l at (math (count $path) + 1)
  not contains -- "$words[$at]" $argv[2..-1]
end
complete -c meterbook -f
${lines.join('\n')}
`;
}

function optionOf({ name, kind, help, values, alone }: PlacedOption): string {
  const base = `-l ${name.slice(2)} -d '${plain(help)}'`;
  if (kind === 'flag' || alone !== undefined) return base;
  if (values === 'file') return `${base} -r -F`;
  if (values === 'folder') return `${base} -x -a '(__fish_complete_directories)'`;
  return values === undefined ? `${base} -x` : `${base} -x -a '${values.join(' ')}'`;
}
