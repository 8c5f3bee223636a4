import {
  context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { ActiveTrace, CoreRegistry, TraceContext } from '../core/index.js';

/**
 * Which measurements may become exemplars: those in the context of a sampled span, all, or none.
 *
 * Source: OpenTelemetry metrics SDK, "ExemplarFilter".
 */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';

/** The names of the filters. */
export const EXEMPLAR_FILTERS: readonly ExemplarFilter[] = [
  'always_on',
  'always_off',
  'trace_based',
];

/** What has been set for some registries, and how it ends. */
export interface ExemplarSource {
  /**
   * Looks whether there is anything that could have an active span. To be called now and then, at
   * each collection: without a context manager a record then costs what it costs without exemplars.
   */
  notice(): void;
  /** From here on no exemplars are taken. */
  end(): void;
}

/** Lets registries take exemplars, from here on. */
export function takeExemplars(
  registries: readonly CoreRegistry[],
  filter: ExemplarFilter,
): ExemplarSource {
  const source = SOURCES[filter];
  const set = (active: ActiveTrace | undefined): void => {
    for (const registry of registries) registry.setTrace(active);
  };
  // A tracer is often set up after the metrics: the first interval is given to it in advance.
  set(source);
  return {
    notice: () => set(filter === 'always_on' || hasContextManager() ? source : undefined),
    end: () => set(undefined),
  };
}

const SOURCES: Readonly<Record<ExemplarFilter, ActiveTrace | undefined>> = {
  trace_based: () => activeTrace(true),
  always_on: () => activeTrace(false) ?? NO_TRACE,
  always_off: undefined,
};

const NO_TRACE: TraceContext = Object.freeze({});

function activeTrace(isSampledOnly: boolean): TraceContext | undefined {
  try {
    const active = context.active();
    // Outside of any: the usual case where there is no span, and told without a look into it.
    if (active === ROOT_CONTEXT) return undefined;
    const span = trace.getSpanContext(active);
    if (span === undefined) return undefined;
    const isWanted = !isSampledOnly || (span.traceFlags & TraceFlags.SAMPLED) !== 0;
    return isWanted && isSpanContextValid(span) ? span : undefined;
  } catch {
    // A context manager or a span of somebody else's; a record call never throws.
    return undefined;
  }
}

const PROBE = /* @__PURE__ */ createContextKey('meterbook.probe');

/** Whether contexts are carried at all. The API does not tell, but what it carries can be seen. */
function hasContextManager(): boolean {
  const probe = ROOT_CONTEXT.setValue(PROBE, true);
  try {
    return context.with(probe, () => context.active() === probe);
  } catch {
    return false;
  }
}
