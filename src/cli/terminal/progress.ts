import type { CommandIo } from '../command.js';
import { oneLine } from '../failure.js';
import { clip } from './width.js';

/** What is done sooner needs no line, milliseconds. */
const PATIENCE = 400;
const FRAME = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const CLEAR = '\r\u001b[K';

/**
 * Waits for something that may take long, and says so on stderr where somebody looks at it: a line that is
 * taken back at the end. A pipe or a file gets nothing.
 *
 * @param what what is done: `Loading ./src/metrics.ts`
 */
export async function withProgress<T>(
  { stderr, env, isJson }: CommandIo,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (stderr.isTTY !== true || isJson === true || env['TERM'] === 'dumb') return work();
  const started = performance.now();
  let shown = 0;
  const timer = setInterval(() => {
    const millis = performance.now() - started;
    if (millis < PATIENCE) return;
    const text = `${FRAMES[shown++ % FRAMES.length]} ${oneLine(what)} … ${Math.floor(millis / 1000)} s`;
    stderr.write(CLEAR + clip(text, (stderr.columns ?? 80) - 1));
  }, FRAME);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown > 0) stderr.write(CLEAR);
  }
}
