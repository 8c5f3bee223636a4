import {
  attr,
  buckets,
  counter,
  declareRegistry,
  histogram,
  observableCounter,
  observableGauge,
  observableUpDownCounter,
  upDownCounter,
} from '../../declare/index.js';
import * as names from './names.js';

/** What the pipeline tells of itself, declared when a pipeline starts. */
export function declareSelf() {
  const outcome = attr.oneOf('accepted', 'retryable', 'rejected', 'too_large', 'ambiguous');

  /** Seconds that an export takes: from a millisecond to the timeouts that there are. */
  const seconds = buckets.exponential({ start: 0.001, factor: 4, count: 9 });

  /** Of which component the metrics of the convention speak. */
  const component = {
    [names.ATTR_OTEL_COMPONENT_NAME]: attr.string({ maxValues: 10 }),
    [names.ATTR_OTEL_COMPONENT_TYPE]: attr.string({ maxValues: 10 }),
  };

  const exporter = {
    ...component,
    [names.ATTR_SERVER_ADDRESS]: attr.string({ maxValues: 10 }).optional(),
    [names.ATTR_SERVER_PORT]: attr.int({ maxValues: 10 }).optional(),
  };

  const errorType = { [names.ATTR_ERROR_TYPE]: attr.string({ maxValues: 30 }).optional() };

  return declareRegistry({
    scope: { name: 'meterbook' },
    instruments: {
      attempts: counter({
        name: 'meterbook.export.attempts',
        description: 'Requests sent to the OTLP endpoint, by what became of them.',
        unit: '{export}',
        attributes: { outcome },
        seedZero: true,
      }),
      duration: histogram({
        name: 'meterbook.export.duration',
        description: 'Time from the start of a request to its answer, or to giving up on it.',
        unit: 's',
        buckets: seconds,
        attributes: { outcome },
      }),
      heldPoints: observableUpDownCounter({
        name: 'meterbook.export.held_points',
        description: 'Points in memory that have not arrived yet and will be sent again.',
        unit: '{point}',
      }),
      droppedPoints: counter({
        name: 'meterbook.export.dropped_points',
        description: 'Points that were collected and given up, by reason.',
        unit: '{point}',
        attributes: {
          reason: attr.oneOf(
            'rejected',
            'partial_success',
            'too_large',
            'unencodable',
            'held_limit',
            'spool_limit',
            'spool_corrupt',
            'unanswered',
            'shutdown',
          ),
        },
        seedZero: true,
      }),
      series: observableGauge({
        name: 'meterbook.series',
        description: 'Series that an instrument has.',
        unit: '{series}',
        attributes: { instrument: attr.string({ maxValues: 2_000 }) },
      }),
      overflow: observableGauge({
        name: 'meterbook.overflow',
        description: '1 for an instrument past its limit of series, or of values of an attribute.',
        unit: '{instrument}',
        attributes: { instrument: attr.string({ maxValues: 2_000 }) },
      }),
      droppedMeasurements: observableCounter({
        name: 'meterbook.measurements.dropped',
        description: 'Measurements that could not be recorded, by instrument and reason.',
        unit: '{measurement}',
        attributes: {
          instrument: attr.string({ maxValues: 2_000 }),
          reason: attr.string({ maxValues: 20 }),
        },
      }),
      inflight: upDownCounter({
        name: names.METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
        description: 'Points that have been passed to the exporter and not yet exported.',
        unit: '{data_point}',
        attributes: exporter,
      }),
      exported: counter({
        name: names.METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
        description: 'Points whose export is over, by the error it ended with.',
        unit: '{data_point}',
        attributes: { ...exporter, ...errorType },
      }),
      operation: histogram({
        name: names.METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION,
        description: 'Time that one request of the exporter took.',
        unit: 's',
        buckets: seconds,
        attributes: {
          ...exporter,
          ...errorType,
          [names.ATTR_HTTP_RESPONSE_STATUS_CODE]: attr.int({ maxValues: 30 }).optional(),
        },
      }),
      collection: histogram({
        name: names.METRIC_OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
        description: 'Time that one collection of the reader took.',
        unit: 's',
        buckets: seconds,
        attributes: component,
      }),
    },
  });
}
