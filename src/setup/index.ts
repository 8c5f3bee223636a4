export type {
  ExporterHealth,
  Health,
  Logger,
  OtlpOptions,
  PrometheusOptions,
  SetupOptions,
  Telemetry,
} from './options.js';
export { setupMetrics } from './setup-metrics.js';
