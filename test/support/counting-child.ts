import { type Child, startChild } from './child.js';

/**
 * Starts a service with one counter, at 1, that sends deltas to a URL, and goes on as the text says.
 * It can `setup()`, `say(line)`, and `stay()` until it is ended. `esm` is the built package.
 */
export function startCounting(
  esm: string,
  url: string,
  then: string,
  options = '',
  env: Readonly<Record<string, string>> = {},
): Child {
  return startChild(
    `
    import { writeSync } from 'node:fs';
    import { counter, defineRegistry, observableGauge, setupMetrics } from ${JSON.stringify(esm)};
    const say = (line) => writeSync(1, line + '\\n');
    const stay = () => setInterval(() => {}, 1_000);
    const metrics = defineRegistry({
      scope: { name: 'child' },
      instruments: { c: counter({ name: 'c', unit: '1' }) },
    });
    metrics.c.add(1);
    const setup = () => setupMetrics({
      serviceName: 'child',
      registries: [metrics],
      temporality: 'delta',
      otlp: { url: process.env.URL },
      logger: { warn: () => {}, error: () => {} },
      selfMetrics: false,
      ${options}
    });
    ${then}`,
    { ...env, URL: url },
  );
}

/**
 * Records in bursts of ten from the first tick on, and flushes all the while. Says before each burst
 * how many it is going to have recorded, so that the number outlives it.
 */
export const RECORDING = `
  let count = 1;
  setInterval(() => {
    if (telemetry.health().status === 'shut down') return;
    count += 10;
    say(String(count));
    for (let i = 0; i < 10; i++) metrics.c.add(1);
  }, 1);
  say('ready');
  for (;;) {
    await telemetry.forceFlush();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }`;

/** What a child has said last, as a number. */
export const lastNumber = (stdout: readonly string[]): number =>
  Number(stdout.findLast((line) => /^\d+$/.test(line)) ?? 1);

/** Waits for a random moment of the first exports. */
export const randomMoment = () =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 200));

/** Two at a time: the machine may have no more processors. */
export async function inPairs(count: number, run: (index: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i += 2) await Promise.all([run(i), run(i + 1)]);
}
