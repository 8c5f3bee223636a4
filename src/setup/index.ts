export type { FlushAfterOptions } from './flush-after.js';
export { flushAfter } from './flush-after.js';
export type { HealthCheckOptions } from './health-check.js';
export { healthCheck } from './health-check.js';
export type {
  ExporterHealth,
  Health,
  Logger,
  OtlpOptions,
  PrometheusOptions,
  SetupOptions,
  SpoolOptions,
  Telemetry,
} from './options.js';
export { setupMetrics } from './setup-metrics.js';
