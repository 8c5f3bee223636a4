import type { Terminal } from '../command.js';
import { isFailure } from '../failure.js';
import { keysOf } from '../terminal/keys.js';
import { Screen } from '../terminal/screen.js';
import type { Paint } from '../terminal/style.js';
import { type OverviewAnswer, pageOf, picture, type Scene } from './picture.js';
import { press, START } from './state.js';
import { tabsOf } from './tabs.js';

/** Pause between an answer and the next question, milliseconds. */
const PAUSE = 1_000;
/** Of a terminal that does not say. */
const COLUMNS = 80;
const ROWS = 24;

export interface Watch {
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly place: string;
  readonly ask: () => Promise<OverviewAnswer>;
}

/**
 * Draws answers until the user ends it: by q, by Ctrl-C, or because the terminal goes away. The terminal is
 * as it was afterwards, whatever happens. Where no answer comes the last one stays, with the reason.
 */
export async function watch({ terminal, paint, place, ask }: Watch): Promise<'quit' | 'interrupt'> {
  const { input, output } = terminal;
  const screen = new Screen(output);
  let scene: Scene = { answer: undefined, state: START, place };
  // One column less: what ends in the last one leaves the cursor on it.
  const size = () => ({
    width: Math.max(1, (output.columns || COLUMNS) - 1),
    height: Math.max(1, output.rows || ROWS),
  });
  const draw = (): void => screen.draw(picture(scene, size(), paint));
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const refresh = async (): Promise<void> => {
    const news = await ask().then(
      (answer) => ({ answer, problem: undefined }),
      (error: unknown) => ({ answer: scene.answer, problem: sayingOf(error) }),
    );
    if (isOver) return;
    if (!scene.state.isPaused) {
      scene = { ...scene, ...news };
      draw();
    }
    timer = setTimeout(refresh, PAUSE);
  };
  const ends = new AbortController();
  try {
    return await new Promise<'quit' | 'interrupt'>((resolve, reject) => {
      const take = (text: string): void => {
        for (const key of keysOf(text)) {
          const tabs = scene.answer === undefined ? [] : tabsOf(scene.answer.shown);
          const next = press(scene.state, key, tabs, pageOf(scene, size().height));
          if (typeof next === 'string') {
            resolve(next);
            return;
          }
          scene = { ...scene, state: next };
        }
        draw();
      };
      const guarded =
        <A extends unknown[]>(work: (...args: A) => void) =>
        (...args: A): void => {
          try {
            work(...args);
          } catch (error) {
            reject(error);
          }
        };
      const onData = guarded(take);
      const onResize = guarded(draw);
      const onEnd = () => resolve('quit');
      const onSignal = () => resolve('interrupt');
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      input.setEncoding('utf8').on('data', onData).once('end', onEnd);
      output.on('resize', onResize);
      for (const signal of signals) process.once(signal, onSignal);
      ends.signal.addEventListener('abort', () => {
        input.off('data', onData).off('end', onEnd);
        output.off('resize', onResize);
        for (const signal of signals) process.off(signal, onSignal);
      });
      input.setRawMode(true);
      draw();
      refresh().catch(reject);
    });
  } finally {
    isOver = true;
    clearTimeout(timer);
    ends.abort();
    input.setRawMode(false);
    input.pause();
    screen.close();
  }
}

function sayingOf(error: unknown): string {
  return isFailure(error) || error instanceof Error ? error.message : String(error);
}
