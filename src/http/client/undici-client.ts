import { clientErrorType } from './client-error.js';
import { type ClientRecorder, defaultPort, type OutgoingRequest } from './client-recorder.js';
import type { Subscriptions } from './subscriptions.js';

/** A request of undici, as far as its channels show it. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
}

/** A request under way. */
interface Exchange {
  /** Monotonic, ms. */
  readonly startMillis: number;
  status: number | undefined;
  protocolVersion: string | undefined;
}

type Message = { readonly request: UndiciRequest };

/**
 * Observes `fetch` and undici, whichever copy of it. A request begins when it is dispatched and ends
 * with the last byte of its answer, or the error in its place; each one that a redirect leads to is
 * one of its own.
 *
 * Source: undici, "Diagnostics Channel Support".
 */
export function observeUndici(recorder: ClientRecorder, { subscribe }: Subscriptions): void {
  const exchanges = new WeakMap<UndiciRequest, Exchange>();
  const origins = new Origins();
  const end = ({ request }: Message, errorType: string | undefined): void => {
    const exchange = exchanges.get(request);
    if (exchange === undefined) return;
    exchanges.delete(request);
    const { startMillis, ...outcome } = exchange;
    const described = { method: request.method, ...origins.parse(request.origin) };
    recorder.record(startMillis, described, { ...outcome, errorType });
  };
  subscribe('undici:request:create', (message) => {
    if (recorder.isSuppressed()) return;
    exchanges.set((message as Message).request, {
      startMillis: performance.now(),
      status: undefined,
      protocolVersion: undefined,
    });
  });
  // Told of HTTP/1.1 alone; of any other version the channels tell nothing.
  subscribe('undici:client:sendHeaders', (message) => {
    const exchange = exchanges.get((message as Message).request);
    if (exchange !== undefined) exchange.protocolVersion = '1.1';
  });
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as Message & { response: { statusCode: number } };
    const exchange = exchanges.get(request);
    if (exchange !== undefined) exchange.status = response.statusCode;
  });
  subscribe('undici:request:trailers', (message) => end(message as Message, undefined));
  // Also where there is no connection: undici fails each request that waited for it.
  subscribe('undici:request:error', (message) => {
    const { error } = message as { readonly error: unknown };
    end(message as Message, clientErrorType(error));
  });
}

/** Origins that have been parsed: a service calls a few, and each of them often. */
class Origins {
  private static readonly MAX = 100;
  private readonly known = new Map<string, Omit<OutgoingRequest, 'method'>>();

  parse(origin: string | URL): Omit<OutgoingRequest, 'method'> {
    const text = String(origin);
    let parsed = this.known.get(text);
    if (parsed === undefined) {
      const { protocol, hostname, port } = new URL(text);
      const scheme = protocol.replace(':', '');
      parsed = {
        scheme,
        address: hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? defaultPort(scheme) : Number(port),
      };
      if (this.known.size >= Origins.MAX) this.known.clear();
      this.known.set(text, parsed);
    }
    return parsed;
  }
}
