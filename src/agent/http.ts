import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { attr, buckets, counter, histogram, OTHER, upDownCounter } from '../declare/index.js';
import { contextAttributes, errorAttribute, IDLE_SECONDS } from './attributes.js';
import { METRIC_HTTP_SERVER_ACTIVE_REQUESTS } from './names.js';

/** The methods of RFC 9110 and PATCH; the convention has every other one recorded as `_OTHER`. */
const requestAttributes = {
  [ATTR_HTTP_REQUEST_METHOD]: attr.oneOf(
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'CONNECT',
    'TRACE',
    OTHER,
  ),
  [ATTR_URL_SCHEME]: attr.oneOf('http', 'https', OTHER),
} as const;

/**
 * What is known of a request once it has been answered. 200 routes: the templates of a large
 * service; a raw path must never be one. 60 status codes: all that are registered.
 */
const answeredAttributes = {
  ...requestAttributes,
  [ATTR_HTTP_ROUTE]: attr.string({ maxValues: 200 }).optional(),
  [ATTR_HTTP_RESPONSE_STATUS_CODE]: attr.int({ maxValues: 60 }).optional(),
  ...errorAttribute,
  [ATTR_NETWORK_PROTOCOL_VERSION]: attr.oneOf('1.0', '1.1', '2', '3', OTHER).optional(),
  ...contextAttributes,
} as const;

/**
 * Limits of the endpoint instruments: routes by status by caller. 10,000 series of 18 boundaries
 * hold 1.8 MB of numbers; the duration and the counter together take about 10 MB with their
 * attributes, once all series of both are in use.
 */
const ENDPOINT_LIMITS = { maxSeries: 10_000, idleSeconds: IDLE_SECONDS } as const;

/**
 * Requests that a server answers.
 *
 * Source: HTTP metrics v1.44, "HTTP server"; `http.server.requests` is ours.
 */
export const httpInstruments = {
  httpServerRequestDuration: histogram({
    name: METRIC_HTTP_SERVER_REQUEST_DURATION,
    description:
      'From the arrival of a request to the last byte of its answer; for a streamed answer that is the end of the stream.',
    unit: 's',
    buckets: buckets.presets.httpStreaming,
    attributes: answeredAttributes,
    ...ENDPOINT_LIMITS,
  }),
  httpServerRequests: counter({
    name: 'http.server.requests',
    description: 'Requests that have been answered or given up.',
    unit: '{request}',
    attributes: answeredAttributes,
    ...ENDPOINT_LIMITS,
  }),
  httpServerActiveRequests: upDownCounter({
    name: METRIC_HTTP_SERVER_ACTIVE_REQUESTS,
    description: 'Requests that have arrived and have not been answered yet.',
    unit: '{request}',
    // No context attributes: who asks is known only after a request has been counted as active.
    attributes: requestAttributes,
  }),
} as const;
