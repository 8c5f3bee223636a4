import { wrongArgument } from '../../errors.js';
import { coreOf } from '../../otel/index.js';
import { agentMetrics, instrumentsOf, type RegistryWith } from '../../standard/index.js';
import { ClientRecorder, type OutgoingRequest } from './client-recorder.js';
import { observeNodeClient } from './node-client.js';
import { makeSubscriptions } from './subscriptions.js';
import { observeUndici } from './undici-client.js';

/** A registry that has the instrument of HTTP clients. */
export type ClientRegistry<R> = RegistryWith<R, 'httpClientRequestDuration'>;

/** What {@link observeHttpClients} takes. */
export interface ClientOptions<R = typeof agentMetrics> {
  /** Where it records. Default: `agentMetrics`, the standard registry of `meterbook/agent`. */
  readonly registry?: R & ClientRegistry<R>;
  /**
   * Leave a request out. Called at its end with whom it asked; one that throws leaves nothing out.
   * Default: none. What meterbook itself exports is never measured.
   */
  readonly ignore?: (request: OutgoingRequest) => boolean;
}

/** What {@link observeHttpClients} gives. */
export interface HttpClientObservation extends Disposable {
  /** Ends it; requests under way are not recorded any more. May be called again. */
  stop(): void;
}

/** Observations by registry, of whichever copy of the package. */
const OBSERVING = Symbol.for('meterbook.http.clients.1');

interface Shared {
  users: number;
  end(): void;
}

/**
 * Measures every request that this process makes by `node:http`, `node:https`, `fetch` and undici:
 * `http.client.request.duration`, s, from sending the request to the end of its answer, or to the
 * error in its place, once for each. One call at start.
 *
 * Attributes are the method, the server's address and port, scheme, status, protocol version and
 * `error.type`; never a path, a query or a header. Requests of meterbook's own exporter are left out,
 * and so are those that OpenTelemetry's exporters make where a context manager is registered.
 *
 * Listens to Node's `diagnostics_channel`; nothing global is patched, and nothing that it does
 * throws into the application. A request costs a few µs. Called again for the same registry it joins
 * the observation that goes on, whose `ignore` stays in force, and ends it when all have stopped.
 * Throws `INVALID_SETUP` for an `ignore` that is no function, `INVALID_REGISTRY` for a registry
 * without the instrument.
 *
 * Source: HTTP metrics v1.44, "HTTP client".
 */
export function observeHttpClients<R extends object = typeof agentMetrics>(
  options: ClientOptions<R> = {},
): HttpClientObservation {
  const { registry = agentMetrics, ignore } = options ?? {};
  const caller = 'observeHttpClients()';
  if (ignore !== undefined && typeof ignore !== 'function') {
    throw wrongArgument(
      caller,
      ignore,
      ' as ignore',
      'Pass a function, such as ({ address }) => address === "localhost".',
    );
  }
  const { httpClientRequestDuration } = instrumentsOf(
    registry,
    ['httpClientRequestDuration'],
    caller,
  );
  const global = globalThis as { [OBSERVING]?: WeakMap<object, Shared> };
  global[OBSERVING] ??= new WeakMap();
  const all = global[OBSERVING];
  const core = coreOf(registry);
  const shared = all.get(core) ?? begin(new ClientRecorder(httpClientRequestDuration, ignore));
  all.set(core, shared);
  shared.users += 1;
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    shared.users -= 1;
    if (shared.users > 0) return;
    all.delete(core);
    shared.end();
  };
  return { stop, [Symbol.dispose]: stop };
}

function begin(recorder: ClientRecorder): Shared {
  const subscriptions = makeSubscriptions();
  observeNodeClient(recorder, subscriptions);
  observeUndici(recorder, subscriptions);
  return {
    users: 0,
    end() {
      recorder.isStopped = true;
      subscriptions.end();
    },
  };
}
