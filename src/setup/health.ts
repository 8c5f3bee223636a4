import type { CoreRegistry } from '../core/index.js';
import type { Health } from './options.js';
import type { Branch } from './pipeline.js';
import type { Report } from './report.js';

/** The parts of a pipeline that its health is read from. */
export interface HealthSources {
  readonly branches: readonly Branch[];
  readonly registries: readonly CoreRegistry[];
  readonly report: Report;
  readonly serviceName: string;
  /** How many exporters are asked for but could not be set up. */
  readonly missing: number;
  isShutDown(): boolean;
}

/** The state of a pipeline. Walks all series: cold. */
export function readHealth(sources: HealthSources): Health {
  const { branches, registries, report, serviceName } = sources;
  const exporters = branches.map((branch) => branch.health());
  const isFailing =
    sources.missing > 0 || exporters.some(({ consecutiveFailures }) => consecutiveFailures > 0);
  const status = isFailing ? 'failing' : exporters.length === 0 ? 'disabled' : 'running';
  return {
    status: sources.isShutDown() ? 'shut down' : status,
    serviceName,
    exporters,
    dropped: registries.flatMap((registry) => registry.dropped()),
    overflowing: registries
      .flatMap((registry) => registry.cardinality())
      .map(({ instrument, isOverflowing, attributes }) => ({
        instrument,
        isOverflowing,
        saturatedAttributes: attributes.filter((it) => it.isSaturated).map((it) => it.key),
      }))
      .filter((it) => it.isOverflowing || it.saturatedAttributes.length > 0),
    problems: [...report.problems],
  };
}
