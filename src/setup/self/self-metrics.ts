import type { CoreInstrument, CoreRegistry } from '../../core/index.js';
import { type Answer, coreOf, makeRegistry, type PointDropReason } from '../../otel/index.js';
import { declareSelf } from './instruments.js';
import * as names from './names.js';

const EXPORTER_TYPE = 'otlp_http_metric_exporter';
const READER_TYPE = 'periodic_metric_reader';

/** What the pipeline measures of itself, for all of its readers. */
export interface SelfMetrics {
  readonly core: CoreRegistry;
  /** Tells of one exporter that sends to this URL. */
  exporter(url: string): ExporterMetrics;
}

/** What one exporter and its reader report. */
export interface ExporterMetrics {
  /** Points are on their way: taken over, or come from the disk; below 0, gone to it. */
  moved(points: number): void;
  answered(answer: Answer, points: number, millis: number): void;
  dropped(reason: PointDropReason, points: number): void;
  collected(millis: number): void;
  /** How many points are held in memory, asked for at each collection. */
  holds(points: () => number): void;
}

/** Begins to measure a pipeline and the registries that it exports. */
export function makeSelfMetrics(registries: readonly CoreRegistry[]): SelfMetrics {
  const registry = makeRegistry(declareSelf(), {});
  const instruments = registries.flatMap((it) => Object.values(it.instruments)).map(indexOf);
  registry.series.addCallback((result) => {
    for (const { instrument, index } of instruments) {
      const series = index.list.length - (index.overflow === undefined ? 0 : 1);
      if (series > 0) result.observe(series, { instrument });
    }
  });
  registry.overflow.addCallback((result) => {
    for (const { instrument, index } of instruments) {
      const isFull = index.overflow !== undefined || index.saturated().length > 0;
      if (isFull) result.observe(1, { instrument });
    }
  });
  registry.droppedMeasurements.addCallback((result) => {
    for (const { instrument, measurements } of registries.flatMap((it) => it.dropped()))
      for (const [reason, count] of Object.entries(measurements))
        result.observe(count, { instrument, reason });
  });
  let exporters = 0;
  return {
    core: coreOf(registry),
    exporter(url) {
      const number = exporters++;
      const { hostname, port, protocol } = new URL(url);
      const component = {
        [names.ATTR_OTEL_COMPONENT_NAME]: `${EXPORTER_TYPE}/${number}`,
        [names.ATTR_OTEL_COMPONENT_TYPE]: EXPORTER_TYPE,
        // An IPv6 address without the brackets of a URL.
        [names.ATTR_SERVER_ADDRESS]: hostname.replace(/^\[(.*)\]$/, '$1'),
        [names.ATTR_SERVER_PORT]: Number(port || (protocol === 'https:' ? 443 : 80)),
      };
      const collection = registry.collection.bind({
        [names.ATTR_OTEL_COMPONENT_NAME]: `${READER_TYPE}/${number}`,
        [names.ATTR_OTEL_COMPONENT_TYPE]: READER_TYPE,
      });
      const over = (points: number, error: string | undefined): void => {
        if (points === 0) return;
        registry.inflight.add(-points, component);
        registry.exported.add(points, { ...component, [names.ATTR_ERROR_TYPE]: error });
      };
      return {
        moved: (points) => registry.inflight.add(points, component),
        answered({ fate, status, rejectedPoints = 0 }, points, millis) {
          registry.attempts.add(1, { outcome: fate });
          registry.duration.record(millis / 1_000, { outcome: fate });
          registry.operation.record(millis / 1_000, {
            ...component,
            [names.ATTR_ERROR_TYPE]: fate === 'accepted' ? undefined : String(status ?? fate),
            [names.ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
          });
          if (fate === 'accepted') over(points - rejectedPoints, undefined);
        },
        dropped(reason, points) {
          registry.droppedPoints.add(points, { reason });
          over(points, reason);
        },
        collected: (millis) => collection.record(millis / 1_000),
        holds: (points) => registry.heldPoints.addCallback((result) => result.observe(points())),
      };
    },
  };
}

/** What is asked at each collection is read from the index; `cardinality()` walks all series. */
function indexOf(it: CoreInstrument) {
  return { instrument: it.declaration.name, index: 'storage' in it ? it.storage.index : it.index };
}
