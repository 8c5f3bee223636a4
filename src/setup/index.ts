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
