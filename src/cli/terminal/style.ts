/** How a piece of text is shown. */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'warning' | 'chosen';

/** Gives text its tone. */
export type Paint = (tone: Tone, text: string) => string;

const CODES: Readonly<Record<Tone, string>> = {
  plain: '0',
  bold: '1',
  dim: '2',
  good: '32',
  bad: '31',
  warning: '33',
  chosen: '7',
};

/** Colours for a terminal that wants them; otherwise the text as it is. */
export function painter(isColoured: boolean): Paint {
  if (!isColoured) return (_tone, text) => text;
  return (tone, text) =>
    tone === 'plain' || text === '' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a stream shows colours: a terminal, without `NO_COLOR` (https://no-color.org); anything else with
 * `FORCE_COLOR` alone, which stands back behind `NO_COLOR`.
 */
export function wantsColour(isTerminal: boolean, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}
