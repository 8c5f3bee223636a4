import type { Attributes, InstrumentSpec, Recorder } from '../subjects/subject.js';
import { VALUES } from './inputs.js';

/** Series of the measurements that need many. */
export const MANY = 10_000;

export const MANY_SPECS: readonly InstrumentSpec[] = [
  { kind: 'histogram', name: 'latency', keys: ['method', 'route', 'status_code'] },
];

const METHODS = ['GET', 'POST'];
const ROUTES = Array.from({ length: 500 }, (_, i) => `/v1/agents/:agent/steps/${i}`);

function attributesOf(i: number): Attributes {
  return {
    method: METHODS[i % 2] as string,
    route: ROUTES[Math.floor(i / 2) % 500] as string,
    status_code: 200 + Math.floor(i / 1_000),
  };
}

/** Records once into each of {@link MANY} series of a 14-boundary histogram. */
export function recordMany(histogram: Recorder): void {
  for (let i = 0; i < MANY; i++)
    histogram.record(VALUES[i % VALUES.length] as number, attributesOf(i));
}
