import type { Attributes, InstrumentSpec, Recorder } from '../subjects/subject.js';
import { VALUES } from './inputs.js';

/** Series of the measurements of memory. */
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

/** Records once into each of so many series of a 14-boundary histogram. */
export function recordMany(histogram: Recorder, series = MANY): void {
  for (let i = 0; i < series; i++)
    histogram.record(VALUES[i % VALUES.length] as number, attributesOf(i));
}
