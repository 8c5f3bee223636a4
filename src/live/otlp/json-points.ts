import {
  attributesOf,
  double,
  doubleOf,
  exactOf,
  field,
  hexOf,
  integer,
  integerOf,
  type JsonObject,
  listOf,
  objectOf,
} from './json-values.js';
import { BadPoint, type DecodeLimits } from './limits.js';
import { hold, NO_RECORDED_VALUE } from './points.js';
import type {
  DecodedExemplar,
  DecodedExponentialBuckets,
  DecodedExponentialPoint,
  DecodedHistogramPoint,
  DecodedNumberPoint,
  DecodedSummaryPoint,
} from './types.js';

/** A `NumberDataPoint` in JSON. */
export function numberPointOf(point: JsonObject, limits: DecodeLimits): DecodedNumberPoint {
  const asDouble = doubleOf(point, 'as_double');
  return {
    ...baseOf(point, limits),
    value: asDouble ?? integerOf(point, 'as_int'),
    integer: asDouble === undefined && field(point, 'as_int') !== undefined,
  };
}

/** A `HistogramDataPoint` in JSON. */
export function histogramPointOf(point: JsonObject, limits: DecodeLimits): DecodedHistogramPoint {
  return {
    ...baseOf(point, limits),
    ...distributionOf(point),
    bounds: numbersOf(point, 'explicit_bounds', limits, double),
    bucketCounts: numbersOf(point, 'bucket_counts', limits, integer),
  };
}

/** An `ExponentialHistogramDataPoint` in JSON. */
export function exponentialPointOf(
  point: JsonObject,
  limits: DecodeLimits,
): DecodedExponentialPoint {
  return {
    ...baseOf(point, limits),
    ...distributionOf(point),
    scale: integerOf(point, 'scale'),
    zeroCount: integerOf(point, 'zero_count'),
    zeroThreshold: doubleOf(point, 'zero_threshold') ?? 0,
    positive: bucketsOf(point, 'positive', limits),
    negative: bucketsOf(point, 'negative', limits),
  };
}

/** A `SummaryDataPoint` in JSON. */
export function summaryPointOf(point: JsonObject, limits: DecodeLimits): DecodedSummaryPoint {
  const quantiles = listOf(point, 'quantile_values');
  if (quantiles.length > 0) hold('quantiles', quantiles.length - 1, limits);
  return {
    ...baseOf(point, limits),
    count: integerOf(point, 'count'),
    sum: doubleOf(point, 'sum') ?? 0,
    quantiles: quantiles.map((it) => {
      const pair = objectOf(it, 'a quantile');
      return { quantile: doubleOf(pair, 'quantile') ?? 0, value: doubleOf(pair, 'value') ?? 0 };
    }),
  };
}

function baseOf(point: JsonObject, limits: DecodeLimits) {
  const exemplars = listOf(point, 'exemplars');
  if (exemplars.length > limits.exemplars) {
    throw new BadPoint(`more than ${limits.exemplars} exemplars`);
  }
  return {
    attributes: attributesOf(point, 'attributes', limits, 'refuse'),
    startTime: exactOf(point, 'start_time_unix_nano'),
    time: exactOf(point, 'time_unix_nano'),
    noRecordedValue: (integerOf(point, 'flags') & NO_RECORDED_VALUE) !== 0,
    exemplars: exemplars.map((it) => exemplarOf(objectOf(it, 'an exemplar'), limits)),
  };
}

function distributionOf(point: JsonObject) {
  return {
    count: integerOf(point, 'count'),
    sum: doubleOf(point, 'sum'),
    min: doubleOf(point, 'min'),
    max: doubleOf(point, 'max'),
  };
}

function bucketsOf(
  point: JsonObject,
  name: string,
  limits: DecodeLimits,
): DecodedExponentialBuckets {
  const value = field(point, name);
  if (value === undefined) return { offset: 0, bucketCounts: [] };
  const buckets = objectOf(value, name);
  return {
    offset: integerOf(buckets, 'offset'),
    bucketCounts: numbersOf(buckets, 'bucket_counts', limits, integer),
  };
}

function numbersOf(
  message: JsonObject,
  name: string,
  limits: DecodeLimits,
  read: (value: unknown, name: string) => number,
): readonly number[] {
  const values = listOf(message, name);
  if (values.length > 0) hold('buckets', values.length - 1, limits);
  return values.map((it) => read(it, name));
}

function exemplarOf(exemplar: JsonObject, limits: DecodeLimits): DecodedExemplar {
  return {
    value: doubleOf(exemplar, 'as_double') ?? integerOf(exemplar, 'as_int'),
    time: exactOf(exemplar, 'time_unix_nano'),
    attributes: attributesOf(exemplar, 'filtered_attributes', limits, 'refuse'),
    traceId: hexOf(exemplar, 'trace_id'),
    spanId: hexOf(exemplar, 'span_id'),
  };
}
