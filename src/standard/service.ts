import { attr, counter, gauge, histogram, upDownCounter } from '../declare/index.js';
import { contextAttributes, IDLE_SECONDS } from './attributes.js';
import { sessionBuckets } from './http.js';

/** Server-sent event sessions, and the state of the service as a whole. Ours. */
export const serviceInstruments = {
  sseSessionsActive: upDownCounter({
    name: 'sse.sessions.active',
    description: 'Sessions of server-sent events that are open now.',
    unit: '{session}',
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  sseDisconnects: counter({
    name: 'sse.disconnects',
    description: 'Sessions of server-sent events that the client left before their end.',
    unit: '{disconnect}',
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  sseSessionDuration: histogram({
    name: 'sse.session.duration',
    description:
      'From the opening of a session of server-sent events to its end, left or finished.',
    unit: 's',
    buckets: sessionBuckets,
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  serviceReadiness: gauge({
    name: 'service.readiness',
    description:
      'Whether the service takes traffic: 1 it does, 0 it does not. With a reason: whether that reason still keeps it from doing so, 0 while it does.',
    unit: '1',
    // Reasons are written in code: warming up, migrating, draining, a dependency that is down.
    attributes: { reason: attr.string({ maxValues: 20 }).optional() },
  }),
} as const;
