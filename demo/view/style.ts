/** How a piece of text is shown. */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'warning';

/** Gives text its tone. */
export type Paint = (tone: Tone, text: string) => string;

const CODES: Readonly<Record<Tone, string>> = {
  plain: '0',
  bold: '1',
  dim: '2',
  good: '32',
  bad: '31',
  warning: '33',
};

/** Colours for a terminal that wants them; otherwise the text as it is. */
export function painter(isColoured: boolean): Paint {
  if (!isColoured) return (_tone, text) => text;
  return (tone, text) =>
    tone === 'plain' || text === '' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}

/** Whether a stream shows colours: a terminal, without `NO_COLOR` (https://no-color.org). */
export function wantsColour(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}
