import type { Attributes } from '../../declare/index.js';
import type { Duration, Instrument, Instruments } from '../../standard/index.js';
import { activities, durations, type End, increments, read, withAttribute } from '../recorders.js';
import type { AttributesFor } from '../types.js';

/** What is recorded of event streams to clients, and of the service as a whole. */
export interface ServiceHelpers<R> {
  /** Counts a session in `sse.sessions.active` until the function returned is called. */
  recordSessionStart(...attributes: AttributesFor<R, 'sseSessionsActive'>): End;
  /** Records `sse.session.duration`, s: from the opening of a session to its end. */
  recordSessionDuration(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'sseSessionDuration'>
  ): void;
  /** Counts one session in `sse.disconnects` that the client left before its end. */
  recordDisconnect(...attributes: AttributesFor<R, 'sseDisconnects'>): void;
  /**
   * Sets `service.readiness`: 1 where the service takes traffic, 0 where it does not. A `reason`
   * given with `false` gets a series of its own at 0, which the next call sets back to 1 unless it
   * gives the same reason: the service is ready where the least of all series is 1.
   */
  recordReadiness(isReady: boolean, ...attributes: AttributesFor<R, 'serviceReadiness'>): void;
}

export function serviceHelpers(it: Instruments): Record<keyof ServiceHelpers<unknown>, unknown> {
  return {
    recordSessionStart: activities(it.sseSessionsActive),
    recordSessionDuration: durations(it.sseSessionDuration),
    recordDisconnect: increments(it.sseDisconnects),
    recordReadiness: readiness(it.serviceReadiness),
  };
}

/** A gauge keeps what it was set to last, so that a reason that is over has to be set back. */
function readiness(instrument: Instrument) {
  let previous: string | undefined;
  return (isReady: boolean, attributes: Attributes = {}): void => {
    const given = isReady ? undefined : read(attributes, 'reason');
    const reason = given as string | undefined;
    if (previous !== undefined && previous !== reason) {
      instrument.record(1, withAttribute(attributes, 'reason', previous));
    }
    if (reason !== undefined) instrument.record(0, withAttribute(attributes, 'reason', reason));
    previous = reason;
    instrument.record(isReady ? 1 : 0, withAttribute(attributes, 'reason', undefined));
  };
}
