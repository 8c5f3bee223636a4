import { attr, buckets, counter, defineRegistry, histogram, slo } from '../src/index.js';

/**
 * What the demo's service declares for itself, beside the standard registry: one measurement that
 * the standard has not by route, and two that show what the SDK does with bad records.
 */
export const serviceMetrics = defineRegistry({
  scope: { name: 'meterbook-demo', version: '1.0.0' },
  instruments: {
    firstTokenByRoute: histogram({
      name: 'demo.route.time_to_first_token',
      description: 'From the arrival of a message to the first token of its answer.',
      unit: 's',
      buckets: buckets.exponential({ start: 0.01, factor: 2, count: 14 }),
      attributes: {
        'http.request.method': attr.oneOf('POST'),
        'http.route': attr.string({ maxValues: 20 }),
      },
    }),
    documentReads: counter({
      name: 'demo.document.reads',
      description: 'Documents that agents have read; the demo reads too many different ones.',
      unit: '{read}',
      attributes: {
        'document.kind': attr.oneOf('page', 'sheet'),
        'document.id': attr.string({ maxValues: 10 }),
      },
    }),
    lookups: histogram({
      name: 'demo.lookup.duration',
      description: 'Lookups in the memory of an agent; the demo makes some of them wrongly.',
      unit: 's',
      buckets: buckets.exponential({ start: 0.001, factor: 2, count: 10 }),
      attributes: {
        'memory.kind': attr.oneOf('short', 'long'),
        'memory.block': attr.string(),
      },
      maxSeries: 12,
    }),
  },
  slos: {
    // The large model is too slow for this one: it burns, on purpose.
    firstTokenInTime: slo({
      instrument: 'firstTokenByRoute',
      objective: 0.99,
      threshold: 0.32,
      window: '30d',
      description: 'A reader sees that an answer begins before the attention wanders.',
    }),
    lookupsInTime: slo({
      instrument: 'lookups',
      objective: 0.95,
      threshold: 0.064,
      window: '7d',
    }),
  },
});
