import type { Resource } from '@opentelemetry/resources';
import {
  type CollectionResult,
  ConsoleMetricExporter,
  type MetricReader,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  type CoreRegistry,
  isTemporalityPreference,
  type TemporalityPreference,
} from '../core/index.js';
import { show } from '../errors.js';
import {
  EXEMPLAR_FILTERS,
  type ExemplarFilter,
  type ExemplarSource,
  type Fate,
  makeProducer,
  newExportState,
  noteAttempt,
  type PipelineProducer,
  type PipelineProducerOptions,
  type PointDropReason,
  temporalitySelector,
  toRowMetric,
  track,
} from '../otel/index.js';
import type { Environment, ExporterName } from './environment.js';
import type { ExporterHealth, SetupOptions } from './options.js';
import { isPositive, makeOtlp } from './otlp.js';
import { OtlpExporter } from './otlp-exporter.js';
import type { Report } from './report.js';
import type { ExporterMetrics, SelfMetrics } from './self/self-metrics.js';
import { openSpool } from './spool.js';

/** Defaults of the periodic reader (OpenTelemetry metrics SDK, "Periodic exporting MetricReader"). */
const EXPORT_INTERVAL_MILLIS = 60_000;
const EXPORT_TIMEOUT_MILLIS = 30_000;
/** Default of `shutdownTimeoutMillis`. */
const SHUTDOWN_TIMEOUT_MILLIS = 5_000;

/** A reader with all that it takes, and how it is doing. */
export interface Branch {
  readonly reader: MetricReader;
  readonly producers: readonly PipelineProducer[];
  health(): ExporterHealth;
  /** The shutdown has begun, and may take this long, ms. */
  hasten(millis: number): void;
  /** The shutdown has ended: nothing may go on. */
  close(): Promise<void>;
  /** The process is ending now: what there is goes into the spool, if there is one, at once. */
  storeNow?(resource: Resource): void;
}

/** Times of the pipeline, ms. */
export interface Timing {
  readonly intervalMillis: number;
  /** At most the interval. */
  readonly timeoutMillis: number;
  readonly shutdownMillis: number;
}

/** What all branches are made from. */
export interface Plan {
  readonly options: SetupOptions;
  readonly environment: Environment;
  readonly registries: readonly CoreRegistry[];
  readonly timing: Timing;
  readonly report: Report;
  readonly self: SelfMetrics;
  readonly exemplars: ExemplarSource;
  /** Looks for copies of the package that nobody exports; to be called at each collection. */
  readonly noticeCopies: () => void;
}

/** The times from options and environment; what cannot be used is reported. */
export function makeTiming(
  options: SetupOptions,
  environment: Environment,
  report: Report,
): Timing {
  type Name = 'exportIntervalMillis' | 'exportTimeoutMillis' | 'shutdownTimeoutMillis';
  const option = (name: Name): number | undefined => {
    const value = options[name];
    return value !== undefined && isPositive(name, value, report) ? value : undefined;
  };
  const intervalMillis =
    option('exportIntervalMillis') ?? environment.exportIntervalMillis ?? EXPORT_INTERVAL_MILLIS;
  const timeoutMillis =
    option('exportTimeoutMillis') ?? environment.exportTimeoutMillis ?? EXPORT_TIMEOUT_MILLIS;
  return {
    intervalMillis,
    timeoutMillis: Math.min(timeoutMillis, intervalMillis),
    shutdownMillis: option('shutdownTimeoutMillis') ?? SHUTDOWN_TIMEOUT_MILLIS,
  };
}

/** The exporters that are asked for: each by its option, and without one by the environment. */
export function wantedExporters({
  options,
  environment,
}: Pick<Plan, 'options' | 'environment'>): readonly ExporterName[] {
  if (environment.isDisabled) return [];
  return (['otlp', 'console', 'prometheus'] as const).filter((name) =>
    options[name] === undefined ? environment.exporters.includes(name) : options[name] !== false,
  );
}

/** What the pushing exporters send, by options and environment. */
export function makeTemporality({ options, environment, report }: Plan): TemporalityPreference {
  const { temporality } = options;
  if (isTemporalityPreference(temporality)) return temporality;
  if (temporality !== undefined) {
    report.problem(
      `temporality is ${show(temporality)}, which was ignored.`,
      'Use cumulative, delta or lowmemory.',
    );
  }
  return environment.temporality ?? 'cumulative';
}

/** Which measurements may become exemplars, by options and environment; none where nothing carries them. */
export function makeExemplarFilter(
  options: SetupOptions,
  environment: Environment,
  report: Report,
): ExemplarFilter {
  const { exemplars } = options;
  if (exemplars !== undefined && !EXEMPLAR_FILTERS.includes(exemplars)) {
    report.problem(
      `exemplars is ${show(exemplars)}, which was ignored.`,
      `Use ${EXEMPLAR_FILTERS.join(', ')}.`,
    );
  }
  const isCarried = wantedExporters({ options, environment }).some((name) => name !== 'console');
  if (!isCarried) return 'always_off';
  return EXEMPLAR_FILTERS.find((it) => it === exemplars) ?? environment.exemplars ?? 'trace_based';
}

/** OTLP on an interval; `undefined`, with the problem reported, where it cannot be had. */
export function makeOtlpBranch(plan: Plan, temporality: TemporalityPreference): Branch | undefined {
  const { options, environment, timing, report, self } = plan;
  const otlp = makeOtlp(options.otlp || {}, environment.otlp, temporality, report);
  if (otlp === undefined) return undefined;
  const state = newExportState();
  const dropped: Partial<Record<PointDropReason, number>> = {};
  const events = self.exporter(otlp.url);
  const onDropped = (reason: PointDropReason, points: number): void => {
    dropped[reason] = (dropped[reason] ?? 0) + points;
    events.dropped(reason, points);
    const why = DROPPED[reason];
    if (why !== undefined)
      report.warnSometimes(`dropped ${reason}`, `${points} points were given up: ${why}`);
  };
  // Beyond its own timeout the reader would begin the next export beside this one.
  const timeoutMillis = Math.min(otlp.timeoutMillis, timing.timeoutMillis);
  const spool = openSpool(options.spool, report, {
    dropped: onDropped,
    moved: (points) => events.moved(points),
  });
  const exporter = new OtlpExporter(
    { ...otlp, timeoutMillis, store: spool, writeAhead: options.spool?.writeAhead === true },
    {
      handedOver: () => reading.handedOver(),
      moved: (points) => events.moved(points),
      answered(answer, points, millis) {
        const { fate, message, rejectedPoints = 0 } = answer;
        noteAttempt(state, fate === 'accepted' ? undefined : message);
        events.answered(answer, points, millis);
        if (fate !== 'accepted') {
          const { consecutiveFailures, lastError } = state;
          report.warnSometimes(
            'export otlp',
            `Exporting to ${otlp.endpoint} failed (${consecutiveFailures} in a row): ${lastError}. ${NEXT[fate]}`,
          );
        } else if (message !== undefined && message !== '') {
          report.warnSometimes(
            'partial success',
            `${otlp.endpoint} took an export, but for ${rejectedPoints} points: ${message}`,
          );
        }
      },
      dropped: onDropped,
    },
  );
  events.holds(() => exporter.heldPoints);
  // What an earlier process has left need not wait for an interval to be over.
  if (spool !== undefined) exporter.resend();
  const reading = new Reading();
  const producers = makePushProducers(plan, temporality, {
    convert: toRowMetric,
    onCollecting: (finish) => reading.begun(finish),
  });
  return {
    reader: new OtlpReader(exporter, producers, plan, events, reading),
    producers,
    health: () => ({
      exporter: 'otlp',
      endpoint: otlp.endpoint,
      temporality,
      exportIntervalMillis: timing.intervalMillis,
      exportTimeoutMillis: timeoutMillis,
      ...state,
      held: exporter.heldPoints,
      spooled: spool?.points ?? 0,
      dropped: { ...dropped },
    }),
    hasten: (millis) => exporter.hasten(millis),
    close: async () => exporter.close(),
    ...(spool !== undefined && {
      storeNow(resource) {
        exporter.add({ resource, scopeMetrics: reading.finish() });
        const scopeMetrics = producers.flatMap((producer) => producer.collectNow());
        exporter.add({ resource, scopeMetrics });
        exporter.close();
      },
    }),
  };
}

/** What happens next to what an export did not deliver. */
const NEXT: Readonly<Record<Exclude<Fate, 'accepted'>, string>> = {
  retryable: 'What it carried is held, and goes with a later one.',
  ambiguous: 'It may have arrived or not, and is sent again as it was.',
  too_large: 'It is sent once more in halves, and then dropped.',
  rejected: 'What it carried was dropped: the protocol forbids to send it again.',
};

/** Why points are given up, and what to do about it, where no answer of a server says so. */
const DROPPED: Readonly<Partial<Record<PointDropReason, string>>> = {
  unencodable:
    'metrics of another library cannot be encoded. Look at the attribute values that it records.',
  held_limit: 'more series than an instrument may hold wait for the server. Bound its attributes.',
  spool_limit: 'the spool is full. Raise spool.maxBytes, or mend what keeps them from being sent.',
  spool_corrupt: 'files of the spool were damaged or gone. Give the service a folder of its own.',
  unanswered:
    'the server takes other requests, and never answers this one. Look at its log, and at limits of what is in between.',
  shutdown:
    'they were unsent at the end of the pipeline. Set spool: { directory } to keep them for the next start.',
};

/** The console on an interval. */
export function makeConsoleBranch(plan: Plan, temporality: TemporalityPreference): Branch {
  const { timing, report } = plan;
  const state = newExportState();
  const exporter = track(
    new ConsoleMetricExporter({ temporalitySelector: temporalitySelector(temporality) }),
    state,
    () => report.warnSometimes('console', `Printing metrics failed: ${state.lastError}.`),
  );
  const producers = makePushProducers(plan, temporality, { onCollecting: plan.noticeCopies });
  return {
    reader: new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: timing.intervalMillis,
      exportTimeoutMillis: timing.timeoutMillis,
      metricProducers: [...producers],
    }),
    producers,
    health: () => ({
      exporter: 'console',
      endpoint: undefined,
      temporality,
      exportIntervalMillis: timing.intervalMillis,
      exportTimeoutMillis: timing.timeoutMillis,
      ...state,
      ...NOTHING_HELD,
    }),
    hasten: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** What an exporter has that hands everything over at once. */
export const NOTHING_HELD = { held: 0, spooled: 0, dropped: {} } as const;

function makePushProducers(
  { registries, timing }: Plan,
  temporality: TemporalityPreference,
  own: Pick<PipelineProducerOptions, 'convert' | 'onCollecting'> = {},
): readonly PipelineProducer[] {
  // A callback that hangs must leave a shutdown the time to send the rest.
  const callbackTimeoutMillis = timing.shutdownMillis / 2;
  return registries.map((registry) =>
    makeProducer(registry, { temporality, callbackTimeoutMillis, ...own }),
  );
}

/**
 * What a collection has read and its exporter does not have yet: in slices, or waiting for what other
 * producers have. There is one collection at a time.
 */
class Reading {
  private parts: (() => readonly ScopeMetrics[])[] = [];

  begun(finish: () => readonly ScopeMetrics[]): void {
    this.parts.push(finish);
  }

  /** All producers have ended: this is everything. */
  complete({ scopeMetrics }: ResourceMetrics): void {
    this.parts = [() => scopeMetrics];
  }

  /** The exporter has it. */
  handedOver(): void {
    this.parts = [];
  }

  /** The process is ending: reads the rest at once. */
  finish(): ScopeMetrics[] {
    return this.parts.splice(0).flatMap((finish) => finish());
  }
}

/**
 * The official reader, which tells how long its collections take. It exports nothing when it has
 * collected nothing; then what is unsent is sent by itself.
 */
class OtlpReader extends PeriodicExportingMetricReader {
  constructor(
    private readonly exporter: OtlpExporter,
    producers: readonly PipelineProducer[],
    private readonly plan: Plan,
    private readonly events: ExporterMetrics,
    private readonly reading: Reading,
  ) {
    const { timing } = plan;
    super({
      exporter,
      exportIntervalMillis: timing.intervalMillis,
      exportTimeoutMillis: timing.timeoutMillis,
      metricProducers: [...producers],
    });
  }

  override async collect(...args: Parameters<MetricReader['collect']>): Promise<CollectionResult> {
    this.plan.exemplars.notice();
    this.plan.noticeCopies();
    // Of one that has failed nothing more comes.
    this.reading.handedOver();
    const begun = performance.now();
    const result = await super.collect(...args);
    this.reading.complete(result.resourceMetrics);
    this.events.collected(performance.now() - begun);
    if (result.resourceMetrics.scopeMetrics.length === 0) this.exporter.resend();
    return result;
  }
}
