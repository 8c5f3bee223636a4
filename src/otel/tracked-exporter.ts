import type {
  AggregationOption,
  AggregationTemporality,
  InstrumentType,
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** How the exports of one exporter have gone. */
export interface ExportState {
  /** Exports begun. */
  attempts: number;
  /** Wall-clock time of the last export that succeeded. */
  lastSuccess: Date | undefined;
  /** Exports failed since then. */
  consecutiveFailures: number;
  /** What the last failure said. */
  lastError: string | undefined;
}

type ResultCallback = Parameters<PushMetricExporter['export']>[1];

/** Passes everything on to an exporter and keeps account of how it went. */
export class TrackedExporter implements PushMetricExporter {
  readonly state: ExportState = {
    attempts: 0,
    lastSuccess: undefined,
    consecutiveFailures: 0,
    lastError: undefined,
  };

  constructor(
    private readonly exporter: PushMetricExporter,
    private readonly onFailure: (state: Readonly<ExportState>) => void,
  ) {}

  export(metrics: ResourceMetrics, done: ResultCallback): void {
    this.state.attempts += 1;
    this.exporter.export(metrics, (result) => {
      if (result.error === undefined && result.code === 0) {
        this.state.lastSuccess = new Date();
        this.state.consecutiveFailures = 0;
      } else {
        this.state.consecutiveFailures += 1;
        this.state.lastError = describe(result.error);
        this.onFailure(this.state);
      }
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  selectAggregation(instrumentType: InstrumentType): AggregationOption {
    return this.exporter.selectAggregation?.(instrumentType) ?? { type: 0 };
  }

  selectAggregationTemporality(instrumentType: InstrumentType): AggregationTemporality {
    return this.exporter.selectAggregationTemporality?.(instrumentType) ?? 1;
  }
}

/** An export error in a line: its message, its HTTP status, and what the server said. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'the exporter gave no reason';
  const { code, data } = error as { code?: number | string; data?: unknown };
  const status = code === undefined ? '' : ` (${code})`;
  const said = typeof data === 'string' && data !== '' ? `: ${data.slice(0, 200)}` : '';
  return `${error.message || error.name}${status}${said}`;
}
