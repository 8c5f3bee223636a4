import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** How the exports of one exporter have gone. */
export interface ExportState {
  /** Attempts begun. */
  attempts: number;
  /** Wall-clock time of the last one that succeeded. */
  lastSuccess: Date | undefined;
  /** Attempts that failed since then. */
  consecutiveFailures: number;
  /** What the last failure said. */
  lastError: string | undefined;
}

/** The state of an exporter that has not exported yet. */
export function newExportState(): ExportState {
  return { attempts: 0, lastSuccess: undefined, consecutiveFailures: 0, lastError: undefined };
}

/** Keeps account of one more attempt. `error` is `undefined` for one that succeeded. */
export function noteAttempt(state: ExportState, error: string | undefined): void {
  state.attempts += 1;
  if (error === undefined) {
    state.lastSuccess = new Date();
    state.consecutiveFailures = 0;
    return;
  }
  state.consecutiveFailures += 1;
  state.lastError = error;
}

type ResultCallback = Parameters<PushMetricExporter['export']>[1];
type ExportResult = Parameters<ResultCallback>[0];

/** `ExportResultCode` of OpenTelemetry's core, which is no dependency of this package. */
const SUCCESS: ExportResult['code'] = 0;
const FAILED: ExportResult['code'] = 1;

/** The result of an export, as a reader takes it. */
export function exportResult(error: string | undefined): ExportResult {
  return error === undefined ? { code: SUCCESS } : { code: FAILED, error: new Error(error) };
}

/** Makes an exporter keep account of how it went; what it throws becomes a failure. */
export function track<Exporter extends PushMetricExporter>(
  exporter: Exporter,
  state: ExportState,
  onFailure: () => void,
): Exporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics: ResourceMetrics, done: ResultCallback): void => {
    const note = (result: ExportResult): void => {
      const { code, error } = result;
      noteAttempt(state, code === SUCCESS ? undefined : (error?.message ?? 'no reason was given'));
      if (code !== SUCCESS) onFailure();
      done(result);
    };
    try {
      send(metrics, note);
    } catch (error) {
      note(exportResult(error instanceof Error ? error.message : String(error)));
    }
  };
  return exporter;
}
