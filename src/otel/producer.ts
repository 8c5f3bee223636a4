import { emptyResource } from '@opentelemetry/resources';
import type {
  CollectionResult,
  MetricCollectOptions,
  MetricData,
  MetricProducer,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  atOnce,
  type CoreRegistry,
  inSlices,
  isTemporalityPreference,
  type MetricSnapshot,
  type Snapshot,
  type Steps,
  type TemporalityPreference,
} from '../core/index.js';
import { MeterbookError, show } from '../errors.js';
import { withFormerNames } from './former-names.js';
import { toMetricData } from './metric-data.js';

/** What a producer is made with. */
export interface ProducerOptions {
  /** Default `cumulative`. A reader does not tell its producers, so it is said here. */
  readonly temporality?: TemporalityPreference;
}

/** Gives one reader what a registry has recorded. */
export interface RegistryProducer extends MetricProducer {
  /**
   * Reads everything there is. Never rejects: what went wrong in callbacks is in `errors`, and the
   * rest is complete. Takes no longer than `timeoutMillis` for the callbacks, 5 s by default.
   */
  collect(options?: MetricCollectOptions): Promise<CollectionResult>;
  /**
   * Ends this reader's share of the registry and frees its memory. What it has collected leaves
   * with it; a producer made later begins anew and claims nothing twice.
   */
  detach(): void;
}

/** What only a pipeline of our own does with a producer. */
export interface PipelineProducer extends RegistryProducer {
  /** Reads at once and without the callbacks, where the process is about to end. */
  collectNow(): readonly ScopeMetrics[];
}

/** What only a pipeline of our own asks of a producer. */
export interface PipelineProducerOptions extends ProducerOptions {
  /** Most time for the callbacks, ms, where the reader gives more; 5,000 is the most there is. */
  readonly callbackTimeoutMillis?: number;
  /** Makes metric data of a snapshot, `undefined` to leave it out; by default all points are objects. */
  readonly convert?: (snapshot: MetricSnapshot) => Steps<MetricData | undefined>;
  /** Is given what finishes each collection at once, which is what it gives to its reader later. */
  readonly onCollecting?: (finish: () => readonly ScopeMetrics[]) => void;
}

/**
 * A producer for one reader; each reader needs its own, since each has its own deltas. Throws
 * `INVALID_SETUP` for a temporality that there is not.
 *
 * Source: OpenTelemetry metrics SDK, "MetricProducer".
 */
export function makeProducer(
  registry: CoreRegistry,
  options: PipelineProducerOptions = {},
): PipelineProducer {
  const {
    temporality = 'cumulative',
    convert = toMetricData,
    callbackTimeoutMillis = Number.POSITIVE_INFINITY,
    onCollecting,
  } = options;
  if (!isTemporalityPreference(temporality)) {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `producer() was given the temporality ${show(temporality)}.`,
      fix: "Set temporality to 'cumulative', 'delta' or 'lowmemory'.",
    });
  }
  const reader = registry.attach(temporality);
  function* toScopeMetrics({ scope, metrics }: Snapshot): Steps<ScopeMetrics[]> {
    const data: MetricData[] = [];
    for (const snapshot of withFormerNames(metrics, registry.runtime.clock.now())) {
      const metric = yield* convert(snapshot);
      if (metric !== undefined) data.push(metric);
    }
    return data.length === 0 ? [] : [{ scope, metrics: data }];
  }
  return {
    async collect(collectOptions) {
      const { timeoutMillis = callbackTimeoutMillis } = collectOptions ?? {};
      const { steps, onTurn } = await reader.begin({
        timeoutMillis: Math.min(timeoutMillis, callbackTimeoutMillis),
      });
      const errors: unknown[] = [];
      const scopeMetrics: ScopeMetrics[] = [];
      function* all(): Steps<ScopeMetrics[]> {
        const snapshot = yield* steps;
        errors.push(...snapshot.errors);
        scopeMetrics.push(...(yield* toScopeMetrics(snapshot)));
        return scopeMetrics;
      }
      const collecting = all();
      onCollecting?.(() => {
        atOnce(collecting);
        return scopeMetrics;
      });
      await inSlices(collecting, onTurn);
      // The reader puts the SDK's in the resource's place.
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors };
    },
    collectNow: () => atOnce(toScopeMetrics(reader.collectNow())),
    detach: () => reader.detach(),
  };
}
