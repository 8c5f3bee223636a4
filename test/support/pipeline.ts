import { afterEach, beforeEach } from 'vitest';
import type {
  DecodedMetric,
  DecodedResourceMetrics,
  Receiver,
  ReceiverOptions,
} from '../../demo/receiver.js';
import { startReceiver } from '../../demo/receiver.js';
import { type SetupOptions, setupMetrics, type Telemetry } from '../../src/index.js';

/** What a test sets up, and takes down after itself. */
export interface Pipelines {
  /** What was logged, one line each. */
  readonly lines: readonly string[];
  /** Sets `OTEL_*` variables; there are none at the start of a test. */
  env(variables: Readonly<Record<string, string>>): void;
  /** An OTLP receiver that ends with the test. */
  receiver(options?: ReceiverOptions): Promise<Receiver>;
  /** `setupMetrics`, named "test", logging to `lines`, with no listener at the process, and silent of itself. */
  setup(options?: SetupOptions): Telemetry;
  /** Something else to be ended with the test. */
  onEnd(end: () => unknown): void;
}

/** For the top of a test file: each test begins and ends without a pipeline and without variables. */
export function usePipelines(): Pipelines {
  const before = { ...process.env };
  let lines: string[] = [];
  let ends: (() => unknown)[] = [];
  const clear = (): void => {
    for (const name of Object.keys(process.env))
      if (name.startsWith('OTEL_')) delete process.env[name];
  };
  beforeEach(() => {
    clear();
    lines = [];
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    clear();
    Object.assign(process.env, before);
  });
  return {
    get lines() {
      return lines;
    },
    env: (variables) => void Object.assign(process.env, variables),
    async receiver(options) {
      const receiver = await startReceiver(options);
      ends.push(() => receiver.close());
      return receiver;
    },
    setup(options) {
      const log = (message: string): void => void lines.push(message);
      const telemetry = setupMetrics({
        serviceName: 'test',
        flushAtExit: false,
        // What it tells of itself has tests of its own.
        selfMetrics: false,
        shutdownTimeoutMillis: 1_000,
        logger: { warn: log, error: log },
        ...options,
      });
      ends.push(() => telemetry.shutdown());
      return telemetry;
    },
    onEnd: (end) => void ends.push(end),
  };
}

/** Waits until a condition holds; fails, saying what it waited for, by default after 10 s. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMillis = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMillis;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How long something takes, milliseconds. */
export async function took(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}

/** Everything that was accepted, of all requests. */
export function accepted({ requests }: Receiver): readonly DecodedResourceMetrics[] {
  return requests
    .filter(({ status }) => status >= 200 && status < 300)
    .flatMap(({ resourceMetrics }) => resourceMetrics);
}

/** Every export of one metric that was accepted, oldest first. */
export function metricsNamed(receiver: Receiver, name: string): readonly DecodedMetric[] {
  return accepted(receiver)
    .flatMap(({ scopes }) => scopes)
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => metric.name === name);
}

/** The values of a sum's or gauge's points in every export, oldest first. */
export function valuesOf(receiver: Receiver, name: string): readonly number[] {
  return metricsNamed(receiver, name).flatMap((metric) =>
    metric.kind === 'sum' || metric.kind === 'gauge' ? metric.points.map((it) => it.value) : [],
  );
}
