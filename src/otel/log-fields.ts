import { isSpanContextValid, trace } from '@opentelemetry/api';
import { getAttributes } from '../core/index.js';
import type { AttributeValue } from '../declare/index.js';

/**
 * The context attributes and the active span, for a line of a log: what metrics call
 * `organization.id` is called so there, and `trace_id`, `span_id` and `trace_flags` are hexadecimal
 * (OpenTelemetry, "Trace Context in non-OTLP Log Formats"). A new plain object at each call, ready
 * for pino's `mixin`; never throws.
 */
export function logFields(): Record<string, AttributeValue | undefined> {
  const fields: Record<string, AttributeValue | undefined> = getAttributes();
  try {
    const span = trace.getActiveSpan()?.spanContext();
    if (span && isSpanContextValid(span)) {
      fields['trace_id'] = span.traceId;
      fields['span_id'] = span.spanId;
      // Of the eight flags two are defined (W3C Trace Context): one digit and a zero.
      fields['trace_flags'] = `0${span.traceFlags.toString(16)}`;
    }
  } catch {
    // A line without its span is better than none.
  }
  return fields;
}
