import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';
import { cpuMillisSince } from './timing.js';

/** What watches the server. */
export type HttpSubject = 'bare server' | 'with a context' | 'meterbook' | 'instrumentation-http';

const REQUEST = Buffer.from(
  'GET /v1/agents/a-17/messages?limit=20 HTTP/1.1\r\nHost: bench.example\r\nAccept: */*\r\n\r\n',
);

/** A connection in memory: each answer is followed by the next request, until there are enough. */
class Connection extends Duplex {
  private left = 0;
  private done: () => void = () => {};

  run(requests: number): Promise<void> {
    this.left = requests;
    return new Promise((resolve) => {
      this.done = resolve;
      this.push(REQUEST);
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    callback();
    // An answer is one chunk, its headers and its short body, and an empty one that ends it.
    if (chunk.length === 0) return;
    if (chunk.toString('latin1', 0, 15) !== 'HTTP/1.1 200 OK') throw new Error(chunk.toString());
    this.left -= 1;
    if (this.left > 0) this.push(REQUEST);
    else this.done();
  }
}

/** Makes one of them watch the servers of the process; returns how many requests it has counted. */
const WATCHES: Record<HttpSubject, () => Promise<() => Promise<number | undefined>>> = {
  'bare server': async () => async () => undefined,
  'with a context': async () => async () => undefined,
  meterbook: async () => {
    const [{ observeHttpServer }, { agentMetrics }, { watchRegistry }] = await Promise.all([
      import('../../src/http/index.js'),
      import('../../src/agent/index.js'),
      import('../../src/testing/index.js'),
    ]);
    const { httpServerRequests } = watchRegistry(agentMetrics);
    observeHttpServer({ routes: ['/v1/agents/:id', '/v1/agents/:id/messages'] });
    return () => httpServerRequests.total({ 'http.route': '/v1/agents/:id/messages' } as never);
  },
  'instrumentation-http': async () => {
    const [{ HttpInstrumentation }, sdk] = await Promise.all([
      import('@opentelemetry/instrumentation-http'),
      import('@opentelemetry/sdk-metrics'),
    ]);
    // The stable conventions, as meterbook records them.
    process.env['OTEL_SEMCONV_STABILITY_OPT_IN'] = 'http';
    class Reader extends sdk.MetricReader {
      protected async onForceFlush(): Promise<void> {}
      protected async onShutdown(): Promise<void> {}
    }
    const reader = new Reader();
    const provider = new sdk.MeterProvider({ readers: [reader] });
    const instrumentation = new HttpInstrumentation();
    instrumentation.setMeterProvider(provider);
    return async () => {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const duration = metrics.find(
        ({ descriptor }) => descriptor.name === 'http.server.request.duration',
      );
      return duration?.dataPoints.reduce(
        (sum, { value }) => sum + (value as { count: number }).count,
        0,
      );
    };
  },
};

/** CPU time of one request, nanoseconds, by batch; the requests come one after the other. */
export async function timeRequests(
  subject: HttpSubject,
  { requests, batches }: { readonly requests: number; readonly batches: number },
): Promise<readonly number[]> {
  const counted = await WATCHES[subject]();
  // By require, since the instrumentation hooks into what is loaded so.
  const { createServer } = createRequire(import.meta.url)(
    'node:http',
  ) as typeof import('node:http');
  // What every service pays that logs or traces by request, and that is Node's own.
  const contexts = subject === 'with a context' ? new AsyncLocalStorage<object>() : undefined;
  const server = createServer((_request, response) => {
    contexts?.enterWith({});
    response.end('hello');
  });
  const connection = new Connection();
  server.emit('connection', connection);
  let made = 0;
  const run = async (): Promise<number> => {
    const start = process.cpuUsage();
    await connection.run(requests);
    made += requests;
    return (cpuMillisSince(start) * 1e6) / requests;
  };
  for (let i = 0; i < 10; i++) await run();
  const nanos: number[] = [];
  for (let i = 0; i < batches; i++) nanos.push(await run());
  await new Promise((resolve) => setImmediate(resolve));
  const total = (await counted()) ?? made;
  if (total !== made) throw new Error(`${made} requests were made, ${total} were counted`);
  connection.destroy();
  return nanos;
}
