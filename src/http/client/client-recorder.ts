import { context, createContextKey } from '@opentelemetry/api';
import type { Instrument } from '../../standard/index.js';

/** A request as an `ignore` function sees it: whom it asks, never what for. */
export interface OutgoingRequest {
  /** As it is sent: `GET`. */
  readonly method: string;
  /** Host name or address of the server. */
  readonly address: string;
  readonly port: number;
  /** `http` or `https`. */
  readonly scheme: string;
}

/** How a request ended. */
export interface Outcome {
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  /** `undefined` where the request did not fail on its way. */
  readonly errorType: string | undefined;
  /** Version of HTTP, where it is known. */
  readonly protocolVersion: string | undefined;
}

/** Where OpenTelemetry keeps that what is done is its own doing (`suppressTracing`). */
const SUPPRESSED = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

/** Records `http.client.request.duration` for one registry. */
export class ClientRecorder {
  private readonly suppressed = createContextKey(SUPPRESSED);
  /** Nothing is recorded any more. */
  isStopped = false;

  constructor(
    private readonly duration: Instrument,
    private readonly ignore: ((request: OutgoingRequest) => boolean) | undefined,
  ) {}

  /** Whether an exporter of OpenTelemetry is at work here: what it sends is not the application's. */
  isSuppressed(): boolean {
    return context.active().getValue(this.suppressed) === true;
  }

  /** Records one request. Start and end are ms of the monotonic clock; it ends now by default. */
  record(
    startMillis: number,
    request: OutgoingRequest,
    outcome: Outcome,
    endMillis = performance.now(),
  ): void {
    const seconds = (endMillis - startMillis) / 1_000;
    if (this.isStopped || this.isIgnored(request)) return;
    const { status, errorType, protocolVersion } = outcome;
    this.duration.record(seconds, {
      'http.request.method': request.method,
      'server.address': request.address,
      'server.port': request.port,
      'url.scheme': request.scheme,
      'http.response.status_code': status,
      'network.protocol.version': protocolVersion,
      // HTTP conventions, "error.type": for a client 4xx is an error as well.
      'error.type': errorType ?? (status !== undefined && status >= 400 ? `${status}` : undefined),
    });
  }

  private isIgnored(request: OutgoingRequest): boolean {
    try {
      return this.ignore?.(request) === true;
    } catch {
      // A test that fails has not found the request to be left out.
      return false;
    }
  }
}

/** The port that a scheme has by itself. */
export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}
