import {
  attr,
  buckets,
  declareRegistry,
  histogram,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
} from '../../declare/index.js';
import * as names from './names.js';

const delay = <const Name extends string>(name: Name, what: string) =>
  observableGauge({
    name,
    description: `${what} that a timer was late because the event loop was busy, since the last collection.`,
    unit: 's',
  });

const heap = <const Name extends string>(name: Name, description: string) =>
  observableUpDownCounter({
    name,
    description,
    unit: 'By',
    // V8 has some 15 spaces, which come and go with its versions.
    attributes: { [names.ATTR_V8JS_HEAP_SPACE_NAME]: attr.string({ maxValues: 30 }) },
  });

/** The runtime instruments, declared when they are switched on. */
export function declareRuntime() {
  return declareRegistry({
    scope: { name: 'meterbook/runtime' },
    instruments: {
      delayMin: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_MIN, 'Least time'),
      delayMax: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_MAX, 'Most time'),
      delayMean: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_MEAN, 'Mean time'),
      delayStddev: delay(
        names.METRIC_NODEJS_EVENTLOOP_DELAY_STDDEV,
        'Standard deviation of the time',
      ),
      delayP50: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_P50, 'Median of the time'),
      delayP90: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_P90, '90th percentile of the time'),
      delayP99: delay(names.METRIC_NODEJS_EVENTLOOP_DELAY_P99, '99th percentile of the time'),
      utilization: observableGauge({
        name: names.METRIC_NODEJS_EVENTLOOP_UTILIZATION,
        description: 'Share of the time since the last collection that the event loop was active.',
        unit: '1',
      }),
      time: observableCounter({
        name: names.METRIC_NODEJS_EVENTLOOP_TIME,
        description: 'Time that the event loop has spent active, and idle.',
        unit: 's',
        attributes: { [names.ATTR_NODEJS_EVENTLOOP_STATE]: attr.oneOf('active', 'idle') },
      }),
      gcDuration: histogram({
        name: names.METRIC_V8JS_GC_DURATION,
        description: 'Duration of one garbage collection.',
        unit: 's',
        buckets: buckets.explicit([0.01, 0.1, 1, 10]),
        attributes: {
          [names.ATTR_V8JS_GC_TYPE]: attr.oneOf('major', 'minor', 'incremental', 'weakcb'),
        },
      }),
      heapSize: heap(
        names.METRIC_V8JS_MEMORY_HEAP_SPACE_SIZE,
        'Memory that a space of the heap has reserved.',
      ),
      heapUsed: heap(
        names.METRIC_V8JS_MEMORY_HEAP_USED,
        'Memory of a space of the heap that is in use.',
      ),
      heapAvailable: heap(
        names.METRIC_V8JS_MEMORY_HEAP_SPACE_AVAILABLE_SIZE,
        'Memory of a space of the heap that is free.',
      ),
      heapPhysical: heap(
        names.METRIC_V8JS_MEMORY_HEAP_SPACE_PHYSICAL_SIZE,
        'Memory of a space of the heap that the system has committed.',
      ),
    },
  });
}
