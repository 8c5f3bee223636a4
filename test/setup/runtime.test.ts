import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecodedMetric, startReceiver } from '../../demo/receiver.js';
import * as names from '../../src/setup/runtime/names.js';
import { type Built, buildPackage } from '../support/build.js';
import { startChild } from '../support/child.js';
import { metricsNamed, until, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();

const DELAYS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (it) => `nodejs.eventloop.delay.${it}`,
);
const HEAP = ['space.size', 'used', 'space.available_size', 'space.physical_size'].map(
  (it) => `v8js.memory.heap.${it}`,
);

/** Keeps the event loop busy. */
function block(millis: number): void {
  const start = performance.now();
  while (performance.now() - start < millis);
}

let exposed: (() => void) | undefined;
/** One full garbage collection. */
function collectGarbage(): void {
  if (exposed === undefined) {
    setFlagsFromString('--expose-gc');
    exposed = runInNewContext('gc') as () => void;
  }
  exposed();
}

async function start(options = {}) {
  const receiver = await pipelines.receiver();
  const telemetry = pipelines.setup({ runtime: true, otlp: { url: receiver.url }, ...options });
  const last = (name: string): DecodedMetric => {
    const metric = metricsNamed(receiver, name).at(-1);
    if (metric === undefined) throw new Error(`${name} was not exported`);
    return metric;
  };
  const values = (name: string): readonly (readonly [unknown, number])[] => {
    const metric = last(name);
    if (metric.kind !== 'gauge' && metric.kind !== 'sum') throw new Error(metric.kind);
    return metric.points.map(({ attributes, value }) => [Object.values(attributes)[0], value]);
  };
  const value = (name: string): number => values(name)[0]?.[1] ?? Number.NaN;
  return { receiver, telemetry, last, values, value };
}

describe('the runtime metrics', () => {
  it('are called as the conventions call them', () => {
    const published = conventions as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(names))
      expect([name, value]).toEqual([name, published[name]]);
    expect(Object.keys(names)).toHaveLength(17);
  });

  it('are off unless they are asked for', async () => {
    const { receiver, telemetry } = await start({ runtime: undefined });
    await telemetry.shutdown();
    expect(receiver.requests).toEqual([]);
  });

  it('have the names, kinds and units of the conventions', async () => {
    const { telemetry, last, receiver } = await start();
    collectGarbage();
    await sleep(50);
    await telemetry.forceFlush();
    const gauge = (unit: string) => ({ kind: 'gauge', unit });
    for (const name of DELAYS) expect(last(name)).toMatchObject(gauge('s'));
    expect(last('nodejs.eventloop.utilization')).toMatchObject(gauge('1'));
    expect(last('nodejs.eventloop.time')).toMatchObject({
      kind: 'sum',
      unit: 's',
      monotonic: true,
    });
    expect(last('v8js.gc.duration')).toMatchObject({ kind: 'histogram', unit: 's' });
    for (const name of HEAP)
      expect(last(name)).toMatchObject({ kind: 'sum', unit: 'By', monotonic: false });
    const scopes = receiver.requests.at(-1)?.resourceMetrics.flatMap((it) => it.scopes);
    expect(scopes?.map((it) => it.scope.name)).toEqual(['meterbook/runtime']);
  });

  it('read next to nothing of an idle loop, and the time that it is blocked', async () => {
    const { telemetry, value } = await start();
    await telemetry.forceFlush();
    await sleep(300);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.delay.p50')).toBeLessThan(0.005);
    expect(value('nodejs.eventloop.delay.min')).toBeLessThan(0.003);
    expect(value('nodejs.eventloop.utilization')).toBeLessThan(0.5);
    // Up to 20 ms pass before the next sample is due.
    block(225);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.delay.max')).toBeGreaterThanOrEqual(0.2);
    expect(value('nodejs.eventloop.delay.max')).toBeLessThan(2);
    expect(value('nodejs.eventloop.delay.p99')).toBeGreaterThanOrEqual(0.2);
    await sleep(100);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.delay.p50')).toBeLessThan(0.1);
  });

  it('tell how busy the loop was since the last collection, and all in all', async () => {
    const { telemetry, value, values } = await start();
    await telemetry.forceFlush();
    const before = new Map(values('nodejs.eventloop.time'));
    await sleep(1);
    block(300);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.utilization')).toBeGreaterThan(0.6);
    expect(value('nodejs.eventloop.utilization')).toBeLessThanOrEqual(1);
    const after = new Map(values('nodejs.eventloop.time'));
    expect([...after.keys()]).toEqual(['active', 'idle']);
    expect(Number(after.get('active')) - Number(before.get('active'))).toBeGreaterThanOrEqual(0.29);
    await sleep(300);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.utilization')).toBeLessThan(0.6);
  });

  it('count garbage collections by type, in seconds', async () => {
    const { telemetry, last } = await start({ temporality: 'delta' });
    collectGarbage();
    collectGarbage();
    // Node hands them over a turn or two later.
    await sleep(20);
    await telemetry.shutdown();
    const metric = last('v8js.gc.duration');
    if (metric.kind !== 'histogram') throw new Error(metric.kind);
    const major = metric.points.find((it) => it.attributes['v8js.gc.type'] === 'major');
    expect(major?.count).toBeGreaterThanOrEqual(2);
    expect(major?.sum).toBeGreaterThan(0);
    expect(major?.sum).toBeLessThan(5);
    expect(major?.bounds).toEqual([0.01, 0.1, 1, 10]);
  });

  it('have the heap as V8 has it, space by space', async () => {
    const { telemetry, values } = await start();
    await telemetry.forceFlush();
    const spaces = getHeapSpaceStatistics();
    const names = spaces.map((it) => it.space_name);
    for (const name of HEAP) expect(values(name).map(([space]) => space)).toEqual(names);
    const total = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
    const used = total(values('v8js.memory.heap.used').map(([, it]) => it));
    const expected = total(spaces.map((it) => it.space_used_size));
    expect(used).toBeGreaterThan(expected / 2);
    expect(used).toBeLessThan(expected * 2);
    expect(new Map(values('v8js.memory.heap.space.size')).get('read_only_space')).toBe(
      spaces.find((it) => it.space_name === 'read_only_space')?.space_size,
    );
  });
});

describe('the runtime metrics of several readers', () => {
  it('are each as of that reader’s own collections', async () => {
    const { telemetry, value } = await start({ prometheus: { port: 0 } });
    const scrape = async (name: string): Promise<number> => {
      const { endpoint = '' } =
        telemetry.health().exporters.find((it) => it.exporter === 'prometheus') ?? {};
      const text = await (await fetch(endpoint)).text();
      return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)`, 'm').exec(text)?.[1]);
    };
    await until('the endpoint listens', () =>
      telemetry.health().exporters.every((it) => it.endpoint !== undefined),
    );
    await telemetry.forceFlush();
    block(225);
    await telemetry.forceFlush();
    expect(value('nodejs.eventloop.delay.max')).toBeGreaterThanOrEqual(0.2);
    // The push has not taken the block from the scrape.
    expect(await scrape('nodejs_eventloop_delay_max')).toBeGreaterThanOrEqual(0.2);
    await sleep(50);
    expect(await scrape('nodejs_eventloop_delay_max')).toBeLessThan(0.2);
  });

  it('give cumulative and delta readers their own sums', async () => {
    const { telemetry, values } = await start({ temporality: 'delta' });
    await telemetry.forceFlush();
    block(100);
    await telemetry.forceFlush();
    const active = new Map(values('nodejs.eventloop.time')).get('active');
    expect(active).toBeGreaterThanOrEqual(0.09);
    // All that the process has been active is far more.
    expect(active).toBeLessThan(performance.eventLoopUtilization().active / 1_000);
  });
});

describe('the end of the runtime metrics', () => {
  let built: Built;
  beforeAll(async () => {
    built = await buildPackage();
  });
  afterAll(() => built.remove());

  it('they stop at the shutdown, and begin again with the next setup', async () => {
    const first = await start();
    await first.telemetry.shutdown();
    const { length } = first.receiver.requests;
    const second = await start();
    await second.telemetry.forceFlush();
    await sleep(50);
    await second.telemetry.forceFlush();
    expect(metricsNamed(second.receiver, 'nodejs.eventloop.delay.max').length).toBeGreaterThan(0);
    expect(first.receiver.requests).toHaveLength(length);
  });

  it.each([
    ['set up', ''],
    ['shut down', 'await telemetry.shutdown();'],
  ])('a process that has been %s ends by itself', async (_, then) => {
    const receiver = await startReceiver();
    pipelines.onEnd(() => receiver.close());
    const child = startChild(
      `import { setupMetrics } from ${JSON.stringify(built.esm)};
      const telemetry = setupMetrics({
        serviceName: 'child', runtime: true, otlp: { url: process.env.URL },
      });
      ${then}
      console.log(process.getActiveResourcesInfo().filter((it) => it === 'Timeout').length);`,
      { URL: receiver.url },
    );
    const ended = await child.ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.lingered).toBeLessThan(2_500);
    expect(ended.stdout).toEqual(['0']);
    expect(metricsNamed(receiver, 'v8js.memory.heap.used')).toHaveLength(1);
  });
});
