import { context, type Span, trace } from '@opentelemetry/api';
import { node, tracing } from '@opentelemetry/sdk-node';

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

/** Starts tracing; it is up to the caller to stop it. */
export function startTracing(): Tracing {
  const { NOT_RECORD, RECORD_AND_SAMPLED } = tracing.SamplingDecision;
  const provider = new node.NodeTracerProvider({
    sampler: {
      shouldSample: (_context, _traceId, name) => ({
        decision: name === UNSAMPLED ? NOT_RECORD : RECORD_AND_SAMPLED,
      }),
    },
  });
  provider.register();
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
      await provider.shutdown();
    },
  };
}
