import type { CoreRegistry } from '../core/index.js';
import { MeterbookError, show } from '../errors.js';
import { coreOf, takeExemplars } from '../otel/index.js';
import { activeTelemetry, setActiveTelemetry } from './active.js';
import { checkConflicts } from './conflicts.js';
import { watchCopies } from './copies.js';
import { readEnvironment } from './environment.js';
import type { SetupOptions, Telemetry } from './options.js';
import { makeExemplarFilter, makeTiming } from './pipeline.js';
import { consoleLogger, Report } from './report.js';
import { makeSelfMetrics } from './self/self-metrics.js';
import { checkedSettings } from './settings.js';
import { startTelemetry } from './telemetry.js';

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
export function setupMetrics(given: SetupOptions = {}): Telemetry {
  const report = new Report(given?.logger ?? consoleLogger);
  const running = activeTelemetry();
  if (running !== undefined) {
    report.warn(
      running.health().status === 'shut down'
        ? 'setupMetrics() was called while the pipeline before it was still shutting down, and was ignored. Fix: await its shutdown() first.'
        : 'setupMetrics() was called a second time; the first call stays in force and this one is ignored. Fix: call it once, with all registries, or shut the first one down before.',
    );
    return running;
  }
  const registries = coresOf(given?.registries);
  checkConflicts(registries);
  const options = checkedSettings(given ?? {}, report);
  const environment = readEnvironment(process.env, report);
  const timing = makeTiming(options, environment, report);
  const self = makeSelfMetrics(registries);
  const exemplars = takeExemplars(registries, makeExemplarFilter(options, environment, report));
  const noticeCopies = watchCopies(report);
  const plan = { options, environment, registries, timing, report, self, exemplars, noticeCopies };
  const telemetry = startTelemetry(plan, () => {
    setActiveTelemetry(undefined);
  });
  setActiveTelemetry(telemetry);
  return telemetry;
}

/** The cores of the registries, each once. */
function coresOf(registries: SetupOptions['registries'] = []): readonly CoreRegistry[] {
  if (!Array.isArray(registries)) {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `registries is ${show(registries)} and no array.`,
      fix: 'Pass setupMetrics({ registries: [registry] }).',
    });
  }
  return [...new Set(registries.map(coreOf))];
}
