/**
 * How fast the live view's store takes points, and how much it holds then: `npx tsx
 * scripts/live/store-speed.ts [minutes]`, or `node --cpu-prof --import tsx` for where the time goes.
 * The load is that which the live view has to stand: 10,000 series, a million points a minute.
 */
import type { DecodedMetric, DecodedResourceMetrics } from '../../src/live/otlp/types.js';
import { Store } from '../../src/live/store/index.js';

const SERIES = 10_000;
const PER_SECOND = 16_700;
const BEGIN = 1_700_000_000_000;
const BOUNDS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
];
const MILLION = 1e6;
const MEBIBYTE = 1024 * 1024;

/** One second's points, of one series after the other; every other instrument is cumulative. */
function requestAt(second: number): DecodedResourceMetrics[] {
  const time = BigInt(BEGIN + second * 1_000) * 1_000_000n;
  const first = second * PER_SECOND;
  const byInstrument = new Map<number, DecodedMetric & { kind: 'histogram' }>();
  for (let i = 0; i < PER_SECOND; i++) {
    const n = (first + i) % SERIES;
    const instrument = n % 10;
    const isDelta = instrument % 2 === 0;
    const rounds = Math.floor((first + i) / SERIES) + 1;
    const counts = BOUNDS.map((_, b) => (b % 5 === n % 5 ? (isDelta ? 2 : 2 * rounds) : 0));
    const bucketCounts = [...counts, 0];
    const count = bucketCounts.reduce((sum, it) => sum + it, 0);
    const metric = byInstrument.get(instrument) ?? {
      name: `service.operation_${instrument}.duration`,
      description: '',
      unit: 's',
      kind: 'histogram' as const,
      temporality: isDelta ? ('delta' as const) : ('cumulative' as const),
      points: [],
    };
    byInstrument.set(instrument, metric);
    // A series may come twice in a second: each time a little later.
    const end = time + BigInt(i) * 1_000n;
    (metric.points as (typeof metric.points)[number][]).push({
      attributes: {
        'http.request.method': 'POST',
        'http.route': `/route/${n % 100}`,
        'organization.id': `org-${Math.floor(n / 100)}`,
        'url.scheme': 'http',
      },
      startTime: isDelta ? end - 1_000_000_000n : BigInt(BEGIN) * 1_000_000n,
      time: end,
      noRecordedValue: false,
      exemplars: [],
      count,
      sum: count * 0.1,
      min: undefined,
      max: undefined,
      bounds: BOUNDS,
      bucketCounts,
    });
  }
  const scope = { name: 'scope', version: '', attributes: {} };
  const resource = { 'service.name': 'load', 'service.instance.id': '1' };
  const metrics = [...byInstrument.values()];
  return [{ resource, schemaUrl: '', scopes: [{ scope, schemaUrl: '', metrics }] }];
}

const minutes = Number(process.argv[2] ?? '1');
let second = 0;
const store = new Store({ now: () => BEGIN + second * 1_000 });
let spent = 0;
let longest = 0;
let points = 0;
let rejected = 0;
for (second = 1; second <= minutes * 60; second++) {
  const request = requestAt(second);
  const start = performance.now();
  rejected += store.add(request, BEGIN + second * 1_000).rejectedPoints;
  const took = performance.now() - start;
  spent += took;
  longest = Math.max(longest, took);
  points += PER_SECOND;
}
const { rss } = process.memoryUsage();
console.log(
  JSON.stringify(
    {
      points,
      rejected,
      series: store.series,
      microsecondsAPoint: Number(((spent * 1_000) / points).toFixed(2)),
      millisecondsAMillion: Math.round((spent / points) * MILLION),
      shareOfOneCore: Number((spent / (minutes * 60_000)).toFixed(3)),
      longestRequestMillis: Math.round(longest),
      storeMebibytes: Math.round(store.bytes / MEBIBYTE),
      processMebibytes: Math.round(rss / MEBIBYTE),
      secondsOfHistory: Math.round((store.now() - (store.oldest ?? store.now())) / 1_000),
    },
    undefined,
    2,
  ),
);
