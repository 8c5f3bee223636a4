import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  type InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
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

/** The state of an exporter that has not exported yet. */
export function newExportState(): ExportState {
  return { attempts: 0, lastSuccess: undefined, consecutiveFailures: 0, lastError: undefined };
}

type ResultCallback = Parameters<PushMetricExporter['export']>[1];
type ExportResult = Parameters<ResultCallback>[0];

/** `ExportResultCode` of OpenTelemetry's core, which is no dependency of this package. */
const SUCCESS: ExportResult['code'] = 0;
const FAILED: ExportResult['code'] = 1;

/** How a {@link TrackedExporter} exports. */
export interface TrackedExporterOptions {
  /** Makes the exporter; called again where a shorter timeout is called for. */
  readonly make: (timeoutMillis: number) => PushMetricExporter;
  /** Most time for one export from begin to end, retries included, milliseconds. */
  readonly timeoutMillis: number;
  /** Ends what is under way, when it is late. */
  readonly cut?: ((reason: string) => void) | undefined;
  readonly onFailure: (state: Readonly<ExportState>) => void;
}

/** Passes everything on to an exporter, bounds the time it takes, and keeps account of how it went. */
export class TrackedExporter implements PushMetricExporter {
  readonly state = newExportState();
  private exporter: PushMetricExporter;
  private timeoutMillis: number;

  constructor(private readonly options: TrackedExporterOptions) {
    this.timeoutMillis = options.timeoutMillis;
    this.exporter = options.make(this.timeoutMillis);
  }

  /** Bounds the exports that are yet to begin: the exporter's timers would outlive a shutdown. */
  hasten(timeoutMillis: number): void {
    if (timeoutMillis >= this.timeoutMillis) return;
    this.timeoutMillis = timeoutMillis;
    this.exporter = this.options.make(timeoutMillis);
  }

  export(metrics: ResourceMetrics, done: ResultCallback): void {
    const { timeoutMillis } = this;
    this.state.attempts += 1;
    let isSettled = false;
    const settle = (result: ExportResult): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      this.note(result);
      done(result);
    };
    const timer = setTimeout(() => {
      const reason = `there was no complete answer within ${timeoutMillis} ms`;
      settle({ code: FAILED, error: new Error(reason) });
      this.options.cut?.(reason);
    }, timeoutMillis);
    timer.unref();
    try {
      this.exporter.export(metrics, settle);
    } catch (error) {
      settle({ code: FAILED, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  selectAggregation(type: InstrumentType): AggregationOption {
    return this.exporter.selectAggregation?.(type) ?? { type: AggregationType.DEFAULT };
  }

  selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return this.exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE;
  }

  private note({ code, error }: ExportResult): void {
    const { state } = this;
    if (code === SUCCESS) {
      state.lastSuccess = new Date();
      state.consecutiveFailures = 0;
      return;
    }
    state.consecutiveFailures += 1;
    state.lastError = describe(error);
    this.options.onFailure(state);
  }
}

/** Most characters of a server's own words that are passed on. */
const MAX_SAID = 200;

/** An export error in a line: its message, its HTTP status, and what the server said. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'the exporter gave no reason';
  const { code, data } = error as { code?: number | string; data?: unknown };
  const message = error.message || error.name;
  const status = code === undefined || message.includes(String(code)) ? '' : ` (${code})`;
  const said = typeof data === 'string' ? plainText(data) : '';
  return `${message}${status}${said === '' ? '' : `: ${said}`}`;
}

/**
 * A response body in one line. OTLP answers with a protobuf `Status`, of which the exporter leaves
 * what is no UTF-8 as replacement characters: a code (tag 8), then the message (tag 18) after its
 * length, which is one byte, or two of which the first is no UTF-8.
 */
function plainText(body: string): string {
  let text = body;
  if (text.codePointAt(0) === 8) text = text.slice(2);
  if (text.codePointAt(0) === 18) text = text.slice(text[1] === '\uFFFD' ? 3 : 2);
  return text
    .replace(/[\p{Cc}\uFFFD\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SAID);
}
