import { context, type Span, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** A tracer of the official SDK, registered globally with its context manager. */
export interface Tracing {
  /** Runs a function in a span; what it returns is the span's ids. Only `sampled` ones are recorded. */
  inSpan(
    fn: () => void,
    isSampled?: boolean,
  ): { readonly traceId: string; readonly spanId: string };
  stop(): Promise<void>;
}

const UNSAMPLED = 'unsampled';

/** `SamplingDecision`, which the SDK's major versions export from different packages. */
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/** Spans go nowhere: their ids are what is looked at. */
const DISCARD = {
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

/** Starts tracing; it is up to the caller to stop it. */
export function startTracing(): Tracing {
  const sdk = new NodeSDK({
    autoDetectResources: false,
    spanProcessors: [DISCARD],
    // The meter provider is the one under test.
    metricReaders: [],
    sampler: {
      shouldSample: (_context, _traceId, name) => ({
        decision: name === UNSAMPLED ? NOT_RECORD : RECORD_AND_SAMPLED,
      }),
    },
  });
  sdk.start();
  const tracer = trace.getTracer('test');
  return {
    inSpan(fn, isSampled = true) {
      return tracer.startActiveSpan(isSampled ? 'sampled' : UNSAMPLED, (span: Span) => {
        fn();
        span.end();
        const { traceId, spanId } = span.spanContext();
        return { traceId, spanId };
      });
    },
    async stop() {
      trace.disable();
      context.disable();
      await sdk.shutdown();
    },
  };
}
