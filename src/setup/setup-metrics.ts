import { metrics as api } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { CoreRegistry } from '../core/index.js';
import { conflict } from '../declare/index.js';
import { coreOf } from '../otel/index.js';
import { readEnvironment } from './environment.js';
import { flushAtExit, within } from './lifecycle.js';
import type { Health, SetupOptions, Telemetry } from './options.js';
import { isPositive } from './otlp.js';
import { type Branch, makeBranches, makeTiming } from './pipeline.js';
import { consoleLogger, Report } from './report.js';
import { makeResource } from './resource.js';

/** Default of `shutdownTimeoutMillis`. */
const SHUTDOWN_TIMEOUT_MILLIS = 5_000;

/** The pipeline of this process; the ESM and the CommonJS build share it. */
const ACTIVE = Symbol.for('meterbook.setup.1');

const active = globalThis as { [ACTIVE]?: Telemetry | undefined };

/**
 * Starts the export of what the registries record, and of what other libraries record through the
 * global meter provider. Call it once, at startup; the `OTEL_*` variables are honoured, and what is
 * given here goes before them.
 *
 * What cannot be used, in the options or the environment, is reported to the logger with its fix
 * and listed in `health()`, and the service goes on. Throws a `MeterbookError` only for what is
 * wrong in the program itself: something that is no registry, or two registries that declare one
 * instrument.
 */
export function setupMetrics(options: SetupOptions = {}): Telemetry {
  const report = new Report(options.logger ?? consoleLogger);
  const running = active[ACTIVE];
  if (running !== undefined) {
    report.warn(
      'setupMetrics() was called a second time; the first call stays in force and this one is ignored. Fix: call it once, with all registries, or shut the first one down before.',
    );
    return running;
  }
  const registries = (options.registries ?? []).map(coreOf);
  checkConflicts(registries);
  const telemetry = start(options, registries, report);
  active[ACTIVE] = telemetry;
  return telemetry;
}

function start(
  options: SetupOptions,
  registries: readonly CoreRegistry[],
  report: Report,
): Telemetry {
  const environment = readEnvironment(process.env, report);
  for (const { runtime } of registries) {
    runtime.onWarning((message) => report.warn(message));
    if (options.strict === true) runtime.strict = true;
  }
  const timing = makeTiming(options, environment, report);
  const branches = environment.isDisabled
    ? []
    : makeBranches(options, environment, registries, timing, report);
  const resource = makeResource(options, report);
  const provider = new MeterProvider({ resource, readers: branches.map(({ reader }) => reader) });
  const isGlobal =
    branches.length > 0 && options.registerGlobal !== false && registerGlobally(provider, report);
  const limit = options.shutdownTimeoutMillis;
  const shutdownMillis =
    limit !== undefined && isPositive('shutdownTimeoutMillis', limit, report)
      ? limit
      : SHUTDOWN_TIMEOUT_MILLIS;

  const flush = async (millis: number): Promise<void> => {
    if (await within(millis, provider.forceFlush())) return;
    report.warn(
      `The flush did not end within ${millis} ms; what was collected may not have arrived.`,
    );
  };
  let ending: Promise<boolean> | undefined;
  const end = async (): Promise<boolean> => {
    const isInTime = await within(shutdownMillis, provider.shutdown());
    if (!isInTime) {
      report.warn(
        `The shutdown did not end within ${shutdownMillis} ms; the last interval may not have arrived.`,
      );
    }
    forget();
    for (const { producers } of branches) for (const producer of producers) producer.detach();
    for (const { runtime } of registries) runtime.onWarning(undefined);
    if (isGlobal) api.disable();
    active[ACTIVE] = undefined;
    return isInTime;
  };
  const shutdown = (): Promise<boolean> => {
    ending ??= end();
    return ending;
  };
  const forget =
    options.flushAtExit === false || branches.length === 0
      ? () => undefined
      : flushAtExit({ shutdown, flush: () => flush(shutdownMillis) });

  return {
    health: () => ({
      ...health(branches, registries, report),
      status: ending === undefined ? statusOf(branches, report) : 'shut down',
      serviceName: String(resource.attributes[ATTR_SERVICE_NAME]),
    }),
    forceFlush: async () => void (await (ending ?? flush(timing.timeoutMillis))),
    shutdown: async () => void (await shutdown()),
  };
}

function registerGlobally(provider: MeterProvider, report: Report): boolean {
  if (api.setGlobalMeterProvider(provider)) return true;
  report.problem(
    'Another meter provider is registered globally already; the metrics of other libraries go there and not through meterbook.',
    'Call setupMetrics() first, or give the registries to that provider: metricProducers: [registry.producer()], with registerGlobal: false here.',
  );
  return false;
}

function statusOf(branches: readonly Branch[], report: Report): Health['status'] {
  if (branches.length === 0) return report.problems.length === 0 ? 'disabled' : 'failing';
  return branches.some((branch) => branch.health().consecutiveFailures > 0) ? 'failing' : 'running';
}

function health(
  branches: readonly Branch[],
  registries: readonly CoreRegistry[],
  report: Report,
): Omit<Health, 'status' | 'serviceName'> {
  return {
    exporters: branches.map((branch) => branch.health()),
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

/** Two registries of one scope must not declare one name: the series of both would be one. */
function checkConflicts(registries: readonly CoreRegistry[]): void {
  const seen = new Map<string, CoreRegistry>();
  for (const registry of registries) {
    const { scope, instruments } = registry.declaration;
    for (const declaration of Object.values(instruments)) {
      const key = JSON.stringify([scope.name, scope.version, declaration.name.toLowerCase()]);
      const other = seen.get(key);
      if (other !== undefined) {
        const [here] = Object.values(other.declaration.instruments).filter(
          ({ name }) => name.toLowerCase() === declaration.name.toLowerCase(),
        );
        const where = `in a registry of the scope "${scope.name}"`;
        if (here !== undefined)
          throw conflict(`one ${where}`, here, `another ${where}`, declaration);
      }
      seen.set(key, registry);
    }
  }
}
