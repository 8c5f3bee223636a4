/**
 * A part of `npm run live:load`: as many services as one is told to be, each of which exports deltas
 * once an interval, as a meterbook or any other SDK would. Run as a child; its job is the first
 * argument, as JSON. Tells the parent what was accepted, and what was not.
 *
 * The requests are put together once, and sent with new times: what is measured is who receives them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRequest } from '../../test/live/support/otlp.js';

/** What to send. */
export interface LoadJob {
  readonly url: string;
  readonly services: number;
  readonly pointsEach: number;
  readonly intervalMillis: number;
}

/** What became of it. */
export interface LoadReport {
  readonly accepted: number;
  /** Points that were not, and why the last of them. */
  readonly refused: number;
  readonly reason: string;
  readonly slowestMillis: number;
}

/** Stand for the times until they are known: bytes that are nothing else. */
const START = 0x1a1b1c1d1e1f2021n;
const END = 0x2a2b2c2d2e2f3031n;
const INSTRUMENTS = 4;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Body {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function bodyOf(service: number, points: number): Body {
  const text = (value: string) => ({ stringValue: value });
  const each = Math.ceil(points / INSTRUMENTS);
  const base = (i: number, route: string) => ({
    attributes: [
      { key: 'http.route', value: text(`/v1/${route}/${i % 40}`) },
      { key: 'http.request.method', value: text(i % 2 === 0 ? 'GET' : 'POST') },
      { key: 'organization.id', value: text(`organization-${Math.floor(i / 40)}`) },
    ],
    startTimeUnixNano: String(START),
    timeUnixNano: String(END),
  });
  const series = Array.from({ length: each }, (_, i) => i);
  const histogram = (name: string) => ({
    name,
    unit: 's',
    histogram: {
      aggregationTemporality: 1,
      dataPoints: series.map((i) => ({
        ...base(i, name),
        count: 10,
        sum: 1.5,
        min: 0.01,
        max: 0.9,
        explicitBounds: BOUNDS,
        bucketCounts: [0, 1, 2, 1, 2, 2, 1, 1, 0, 0, 0, 0],
      })),
    },
  });
  const bytes = Buffer.from(
    encodeRequest({
      resourceMetrics: [
        {
          resource: {
            attributes: [
              { key: 'service.name', value: text(`load-${service}`) },
              { key: 'service.instance.id', value: text(`instance-${service}`) },
            ],
          },
          scopeMetrics: [
            {
              scope: { name: 'load', version: '1' },
              metrics: [
                histogram('http.server.request.duration'),
                histogram('job.duration'),
                {
                  name: 'http.server.requests',
                  unit: '{request}',
                  sum: {
                    aggregationTemporality: 1,
                    isMonotonic: true,
                    dataPoints: series.map((i) => ({ ...base(i, 'r'), asInt: 10 })),
                  },
                },
                {
                  name: 'queue.length',
                  unit: '{job}',
                  gauge: { dataPoints: series.map((i) => ({ ...base(i, 'q'), asInt: i % 100 })) },
                },
              ],
            },
          ],
        },
      ],
    }),
  );
  return { bytes, starts: placesOf(bytes, START), ends: placesOf(bytes, END) };
}

function placesOf(bytes: Buffer, value: bigint): readonly number[] {
  const wanted = Buffer.alloc(8);
  wanted.writeBigUInt64LE(value);
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 8)) places.push(at);
  return places;
}

/** Exports once an interval until the parent ends it. */
async function run({ url, services, pointsEach, intervalMillis }: LoadJob): Promise<void> {
  const bodies = Array.from({ length: services }, (_, i) => bodyOf(i, pointsEach));
  const counted = { accepted: 0, refused: 0, reason: '', slowestMillis: 0 };
  setInterval(() => {
    process.send?.({ ...counted } satisfies LoadReport);
    counted.slowestMillis = 0;
  }, 1_000);
  await Promise.all(
    bodies.map(async (body, i) => {
      // Services do not export all at the same time.
      await sleep((intervalMillis * i) / services);
      let last = Date.now() - intervalMillis;
      for (let due = performance.now(); ; due += intervalMillis) {
        await sleep(Math.max(0, due - performance.now()));
        const now = Date.now();
        for (const at of body.starts) body.bytes.writeBigUInt64LE(BigInt(last) * 1_000_000n, at);
        for (const at of body.ends) body.bytes.writeBigUInt64LE(BigInt(now) * 1_000_000n, at);
        last = now;
        const begun = performance.now();
        const problem = await send(url, body.bytes);
        counted.slowestMillis = Math.max(counted.slowestMillis, performance.now() - begun);
        if (problem === undefined) counted.accepted += body.ends.length;
        else {
          counted.refused += body.ends.length;
          counted.reason = problem;
        }
      }
    }),
  );
}

/** `undefined`, or why it was not taken as a whole. */
async function send(url: string, body: Buffer): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
    });
    const answer = await response.text();
    return response.ok && answer === '' ? undefined : `${response.status} ${answer}`;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}

await run(JSON.parse(process.argv[2] as string) as LoadJob);
