import type { Attributes } from '../../declare/index.js';
import { type Duration, type Instruments, toSeconds } from '../../standard/index.js';
import { activities, type End, sharing } from '../recorders.js';
import type { AttributesFor, AttributesForAll } from '../types.js';

/** What is recorded of the requests that a server answers. */
export interface EndpointHelpers<R> {
  /**
   * Records one answered request: `http.server.request.duration`, s, and `http.server.requests`.
   * Pass the route's template as `http.route`, never a raw path; an unknown method becomes `_OTHER`.
   */
  recordEndpoint(
    elapsed: Duration,
    ...attributes: AttributesForAll<R, 'httpServerRequestDuration' | 'httpServerRequests'>
  ): void;
  /** Counts a request in `http.server.active_requests` until the function returned is called. */
  recordRequestStart(...attributes: AttributesFor<R, 'httpServerActiveRequests'>): End;
}

export function endpointHelpers(it: Instruments): Record<keyof EndpointHelpers<unknown>, unknown> {
  const { httpServerRequestDuration: duration, httpServerRequests: requests } = it;
  const ofDuration = sharing(duration, [requests]);
  const ofRequests = sharing(requests, [duration]);
  return {
    recordEndpoint(elapsed: Duration, attributes?: Attributes) {
      duration.record(toSeconds(elapsed), ofDuration(attributes));
      requests.add(1, ofRequests(attributes));
    },
    recordRequestStart: activities(it.httpServerActiveRequests),
  };
}
