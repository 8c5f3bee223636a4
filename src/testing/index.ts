export { FakeClock } from './fake-clock.js';
export type { ExpectedDistribution, MetricMatchers } from './matchers.js';
export { metricMatchers } from './matchers.js';
export type { Readable, ReadableInstrument, ReadSeries, ReadValue } from './readable.js';
export type { TestRegistry, TestRegistryOptions, WatchedRegistry } from './test-registry.js';
export { testRegistry, watchRegistry } from './test-registry.js';
