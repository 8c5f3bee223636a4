import { agentInstruments } from '../../../src/agent/index.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  observableGauge,
  slo,
} from '../../../src/index.js';

/** The standard instruments, two of a service's own, and objectives over windows of every length. */
export const shop = defineRegistry({
  scope: { name: 'shop', version: '1.0.0' },
  instruments: {
    ...agentInstruments,
    orders: counter({
      name: 'shop.orders',
      unit: '{order}',
      description: 'Orders taken.',
      attributes: { 'shop.region': attr.oneOf('eu', 'us'), paid: attr.boolean() },
    }),
    basket: histogram({
      name: 'shop.basket.size',
      unit: '{item}',
      description: 'Items in a basket.',
      buckets: buckets.explicit([1, 2, 5, 10, 100]),
      attributes: { 'shop.region': attr.oneOf('eu', 'us') },
    }),
    stock: gauge({ name: 'shop.stock', unit: '{item}', description: 'Items in stock.' }),
  },
  slos: {
    fastFirstToken: slo({
      instrument: 'jobTimeToFirstToken',
      objective: 0.999,
      threshold: 2.56,
      window: '30d',
    }),
    fastRequests: slo({
      instrument: 'httpServerRequestDuration',
      objective: 0.99,
      threshold: 1,
      window: '7d',
      description: 'Nine of ten people leave after a second.',
    }),
    smallBaskets: slo({ instrument: 'basket', objective: 0.5, threshold: 10, window: '12h' }),
  },
});

/** Text that means something in YAML, PromQL, Go templates, Grafana, Markdown, HTML and SQL. */
export const HOSTILE = [
  'a "quote" and \'one\'',
  'two\nlines\r\nand\ttabs',
  'a \\ backslash, `backticks`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what it is about.
  '${service} $service [[service]] {{ $labels.job }} {{ "x" }} {{.}}',
  '"} or vector(1) #',
  "'); DROP TABLE otel_metrics_sum; --",
  '- yes: [no, {x: 1}] & *anchor !tag %d @at | > # comment',
  '<script>alert(1)</script> [link](javascript:alert(1)) **bold** _it_',
  'next\u0085line\u2028separator\u2029paragraph\ufeffmark\u007f',
  'half \ud800 a character \udc00',
  ': colon ? question',
  '~',
  'null',
] as const;

const ALL = HOSTILE.join('');

/** A registry that declares as much hostile text as `defineRegistry` lets through. */
export const hostile = defineRegistry({
  scope: { name: ALL, version: ALL },
  instruments: {
    latency: histogram({
      name: 'hostile.latency',
      unit: 's',
      description: ALL,
      buckets: buckets.explicit([0.00001, 0.5, 1, 2_000_000]),
      attributes: {
        'a"} or vector(1) #': attr.oneOf(...HOSTILE),
        "'); DROP TABLE x; --": attr.string({ maxValues: 3 }).optional(),
        '${service}': attr.string({ maxValues: 3 }).fromContext().optional(),
      },
    }),
    things: counter({
      name: 'hostile.things',
      unit: '{`$[["\'\\}',
      description: ALL,
      attributes: { '{{x}}': attr.oneOf(...HOSTILE) },
    }),
    level: observableGauge({ name: 'hostile.level', unit: '1', description: ALL }),
  },
  slos: Object.fromEntries(
    HOSTILE.map((text, i) => [
      text,
      slo({
        instrument: 'latency',
        objective: 0.999,
        threshold: [0.00001, 0.5, 1, 2_000_000][i % 4] as 1,
        window: '30d',
        description: text,
      }),
    ]),
  ),
});
