import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { CoreRegistry } from '../../core/index.js';
import { coreOf, makeRegistry } from '../../otel/index.js';
import { DelaySampler, type DelaySummary } from './event-loop-delay.js';
import { declareRuntime } from './instruments.js';
import {
  ATTR_NODEJS_EVENTLOOP_STATE,
  ATTR_V8JS_GC_TYPE,
  ATTR_V8JS_HEAP_SPACE_NAME,
} from './names.js';

/** The metrics of the runtime, while they are on. */
export interface RuntimeMetrics {
  /**
   * The instruments for one more reader. Each reader has its own: the delays and the utilization
   * are those since its last collection, whatever the others do.
   */
  open(): CoreRegistry;
  /** Ends all measuring. */
  stop(): void;
}

type RuntimeRegistry = ReturnType<typeof makeRuntimeRegistry>;

function makeRuntimeRegistry() {
  return makeRegistry(declareRuntime(), {});
}

/** Begins to measure. Nothing of it holds the process open. */
export function startRuntimeMetrics(): RuntimeMetrics {
  const registries: RuntimeRegistry[] = [];
  const sampler = new DelaySampler();
  // Node hands them over a turn or two late: those of the turn of a last collection are missed.
  const collections = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      for (const { gcDuration } of registries) recordCollection(gcDuration, entry);
  });
  collections.observe({ entryTypes: ['gc'] });
  return {
    open() {
      const registry = makeRuntimeRegistry();
      registries.push(registry);
      observeDelay(registry, sampler);
      observeUtilization(registry);
      observeHeap(registry);
      return coreOf(registry);
    },
    stop() {
      sampler.stop();
      collections.disconnect();
    },
  };
}

function recordCollection(
  instrument: RuntimeRegistry['gcDuration'],
  entry: PerformanceEntry & { readonly detail?: { readonly kind?: number } },
): void {
  const type = collectionType(entry.detail?.kind);
  if (type !== undefined) instrument.record(entry.duration / 1_000, { [ATTR_V8JS_GC_TYPE]: type });
}

function collectionType(kind: number | undefined) {
  if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) return 'major';
  if (kind === constants.NODE_PERFORMANCE_GC_MINOR) return 'minor';
  if (kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) return 'incremental';
  return kind === constants.NODE_PERFORMANCE_GC_WEAKCB ? 'weakcb' : undefined;
}

function observeDelay(registry: RuntimeRegistry, sampler: DelaySampler): void {
  const window = sampler.open();
  const take = oncePerCollection(() => window.take());
  const gauges = {
    min: registry.delayMin,
    max: registry.delayMax,
    mean: registry.delayMean,
    stddev: registry.delayStddev,
    p50: registry.delayP50,
    p90: registry.delayP90,
    p99: registry.delayP99,
  } satisfies Record<keyof DelaySummary, RuntimeRegistry['delayMin']>;
  for (const [name, gauge] of Object.entries(gauges)) {
    gauge.addCallback((result) => {
      const summary = take();
      if (summary !== undefined) result.observe(summary[name as keyof DelaySummary]);
    });
  }
}

function observeUtilization({ utilization, time }: RuntimeRegistry): void {
  let last = performance.eventLoopUtilization();
  utilization.addCallback((result) => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, last);
    last = now;
    // No time has passed between two collections in one turn.
    if (since.active + since.idle > 0) result.observe(since.utilization);
  });
  time.addCallback((result) => {
    const { active, idle } = performance.eventLoopUtilization();
    result.observe(active / 1_000, { [ATTR_NODEJS_EVENTLOOP_STATE]: 'active' });
    result.observe(idle / 1_000, { [ATTR_NODEJS_EVENTLOOP_STATE]: 'idle' });
  });
}

function observeHeap(registry: RuntimeRegistry): void {
  const take = oncePerCollection(getHeapSpaceStatistics);
  const sizes = [
    [registry.heapSize, 'space_size'],
    [registry.heapUsed, 'space_used_size'],
    [registry.heapAvailable, 'space_available_size'],
    [registry.heapPhysical, 'physical_space_size'],
  ] as const;
  for (const [instrument, field] of sizes) {
    instrument.addCallback((result) => {
      for (const space of take())
        result.observe(space[field], { [ATTR_V8JS_HEAP_SPACE_NAME]: space.space_name });
    });
  }
}

/** A collection calls all callbacks in one turn: they share what the first of them has read. */
function oncePerCollection<Value>(read: () => Value): () => Value {
  let taken: { readonly value: Value } | undefined;
  return () => {
    if (taken === undefined) {
      taken = { value: read() };
      queueMicrotask(() => {
        taken = undefined;
      });
    }
    return taken.value;
  };
}
