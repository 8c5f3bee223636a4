import type { Agent } from 'node:http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  type AggregationOption,
  AggregationType,
  InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { TemporalityPreference } from '../core/index.js';
import {
  type Answer,
  Delivery,
  exportResult,
  HttpSender,
  type PointDropReason,
  pointsIn,
  type Store,
  type TlsMaterial,
} from '../otel/index.js';

/** The exporter's own numbers for the preferences (`AggregationTemporalityPreference`). */
const PREFERENCE: Readonly<Record<TemporalityPreference, 0 | 1 | 2>> = {
  delta: 0,
  cumulative: 1,
  lowmemory: 2,
};

/** What an {@link OtlpExporter} is made from. */
export interface OtlpExporterOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly tls: TlsMaterial;
  readonly agent?: Agent | undefined;
  readonly temporality: TemporalityPreference;
  readonly useBase2ForOthers: boolean;
  /** Most time for one request, ms. */
  readonly timeoutMillis: number;
  readonly store?: Store | undefined;
  readonly writeAhead?: boolean;
}

/** Hears what becomes of the points. */
export interface OtlpExporterEvents {
  /** The reader has handed over what it has collected. */
  handedOver(): void;
  /** Points have been taken over. */
  moved(points: number): void;
  answered(answer: Answer, points: number, millis: number): void;
  dropped(reason: PointDropReason, points: number): void;
}

/**
 * The official OTLP exporter, as far as readers ask it for temporality and aggregation, with a delivery
 * of our own, which owns each batch until its fate is known ({@link Delivery}).
 */
export class OtlpExporter extends OTLPMetricExporter {
  private readonly delivery: Delivery;
  private readonly sender: HttpSender;
  private readonly events: OtlpExporterEvents;

  constructor(options: OtlpExporterOptions, events: OtlpExporterEvents) {
    super({
      url: options.url,
      temporalityPreference: PREFERENCE[options.temporality],
      ...(options.useBase2ForOthers && { aggregationPreference: base2ForHistograms }),
    });
    this.events = events;
    this.sender = new HttpSender({ ...options, partialSuccess });
    this.delivery = new Delivery({
      send: (body, timeoutMillis) => this.sender.send(body, timeoutMillis),
      serialize: (metrics) => ProtobufMetricsSerializer.serializeRequest(metrics),
      timeoutMillis: options.timeoutMillis,
      now: () => performance.now(),
      random: Math.random,
      sleep: (millis) => new Promise((resolve) => setTimeout(resolve, millis).unref()),
      store: options.store,
      writeAhead: options.writeAhead === true,
      onAnswer: (...args) => events.answered(...args),
      onDropped: (...args) => events.dropped(...args),
      onMerged: (points) => events.moved(-points),
    });
  }

  /** Points in memory that have not arrived. */
  get heldPoints(): number {
    return this.delivery.heldPoints;
  }

  override export(
    metrics: ResourceMetrics,
    done: Parameters<PushMetricExporter['export']>[1],
  ): void {
    this.events.moved(pointsIn(metrics));
    const attempt = this.delivery.export(metrics);
    this.events.handedOver();
    void attempt.then((error) => done(exportResult(error)));
  }

  /** Sends what is held or stored, where a collection has found nothing to send with it. */
  resend(): void {
    this.delivery.resend();
  }

  override forceFlush(): Promise<void> {
    return this.delivery.idle();
  }

  override async shutdown(): Promise<void> {
    await this.delivery.idle();
  }

  /** The shutdown has begun, and may take this long, ms. */
  hasten(millis: number): void {
    this.delivery.hasten(millis);
  }

  /** Takes metrics over at the very end, without sending them. */
  add(metrics: ResourceMetrics): void {
    this.events.moved(pointsIn(metrics));
    this.delivery.add(metrics);
  }

  /** The end, at once: what is unsent goes to the store, or is given up and counted. */
  close(): void {
    this.delivery.close();
    this.sender.close('the pipeline was shut down');
  }
}

function partialSuccess(body: Uint8Array): { rejectedPoints: number; message: string } {
  const { partialSuccess: part } = ProtobufMetricsSerializer.deserializeResponse(body) ?? {};
  return {
    rejectedPoints: Number(part?.rejectedDataPoints ?? 0),
    message: part?.errorMessage ?? '',
  };
}

/** For the histograms of other libraries: ours say themselves what buckets they have. */
function base2ForHistograms(type: InstrumentType): AggregationOption {
  const isHistogram = type === InstrumentType.HISTOGRAM;
  return { type: isHistogram ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}
