import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_SCHEME,
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { attr, buckets, counter, histogram, OTHER, upDownCounter } from '../declare/index.js';
import { contextAttributes, errorAttribute, IDLE_SECONDS } from './attributes.js';
import { METRIC_HTTP_SERVER_ACTIVE_REQUESTS } from './names.js';

/** The methods of RFC 9110 and PATCH; the convention has every other one recorded as `_OTHER`. */
const methodAttribute = {
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
} as const;

/** 60 status codes: all that are registered. */
const outcomeAttributes = {
  [ATTR_HTTP_RESPONSE_STATUS_CODE]: attr.int({ maxValues: 60 }).optional(),
  [ATTR_NETWORK_PROTOCOL_VERSION]: attr.oneOf('1.0', '1.1', '2', '3', OTHER).optional(),
} as const;

const requestAttributes = {
  ...methodAttribute,
  [ATTR_URL_SCHEME]: attr.oneOf('http', 'https', OTHER),
} as const;

/** 200 routes: the templates of a large service; a raw path must never be one. */
const routeAttribute = { [ATTR_HTTP_ROUTE]: attr.string({ maxValues: 200 }).optional() } as const;

/** What is known of a request once it has been answered. */
const answeredAttributes = {
  ...requestAttributes,
  ...routeAttribute,
  ...outcomeAttributes,
  ...errorAttribute,
  ...contextAttributes,
} as const;

/**
 * Limits of the endpoint instruments: routes by status by caller. 10,000 series of 18 boundaries
 * hold 1.8 MB of numbers; the duration and the counter together take about 10 MB with their
 * attributes, once all series of both are in use.
 */
const ENDPOINT_LIMITS = { maxSeries: 10_000, idleSeconds: IDLE_SECONDS } as const;

/** Sessions that stay open, s: from one that fails at once to one of an hour. */
export const sessionBuckets = buckets.explicit([
  0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600,
]);

/**
 * Requests that a server answers, and those that a client makes.
 *
 * Source: HTTP metrics v1.44, "HTTP server" and "HTTP client"; `http.server.requests`,
 * `http.server.time_to_first_byte` and `websocket.*` are ours.
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
  httpServerTimeToFirstByte: histogram({
    name: 'http.server.time_to_first_byte',
    description:
      'From the arrival of a request to the first byte of the body of its answer, for answers that are streamed.',
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
  httpClientRequestDuration: histogram({
    name: METRIC_HTTP_CLIENT_REQUEST_DURATION,
    description:
      'From sending a request to another server to the end of its answer, or to the error in its place.',
    unit: 's',
    buckets: buckets.presets.http,
    attributes: {
      ...methodAttribute,
      // The servers that a service calls; one that users name cannot make more than these.
      [ATTR_SERVER_ADDRESS]: attr.string({ maxValues: 50 }),
      [ATTR_SERVER_PORT]: attr.int({ maxValues: 50 }),
      [ATTR_URL_SCHEME]: attr.oneOf('http', 'https', OTHER).optional(),
      ...outcomeAttributes,
      ...errorAttribute,
    },
  }),
  websocketSessionsActive: upDownCounter({
    name: 'websocket.sessions.active',
    description: 'WebSocket sessions that are open now.',
    unit: '{session}',
    attributes: { ...routeAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  websocketDisconnects: counter({
    name: 'websocket.disconnects',
    description: 'WebSocket sessions that ended without a closing handshake.',
    unit: '{disconnect}',
    attributes: { ...routeAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  websocketSessionDuration: histogram({
    name: 'websocket.session.duration',
    description: 'From the opening of a WebSocket session to its end, closed or lost.',
    unit: 's',
    buckets: sessionBuckets,
    attributes: { ...routeAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
} as const;
