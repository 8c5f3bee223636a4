import { metrics as api } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ExporterName } from './environment.js';
import { readHealth } from './health.js';
import { flushAtExit, within } from './lifecycle.js';
import type { Telemetry } from './options.js';
import {
  type Branch,
  makeConsoleBranch,
  makeOtlpBranch,
  makeTemporality,
  type Plan,
  wantedExporters,
} from './pipeline.js';
import { makePrometheusBranch } from './prometheus.js';
import type { Report } from './report.js';
import { makeResource, serviceNameOf } from './resource.js';
import { type RuntimeMetrics, startRuntimeMetrics } from './runtime/runtime-metrics.js';

/** Starts a pipeline. `onEnd` is called when it has been shut down. */
export function startTelemetry(plan: Plan, onEnd: () => void): Telemetry {
  const { options, registries, timing, report } = plan;
  const giveBack = takeOver(plan);
  const wanted = wantedExporters(plan);
  const runtime = options.runtime === true && wanted.length > 0 ? startRuntimeMetrics() : undefined;
  const resource = makeResource(plan, wanted.length > 0);
  const branches = makeBranches(plan, wanted, runtime);
  const provider = new MeterProvider({ resource, readers: branches.map(({ reader }) => reader) });
  if (branches.length > 0) plan.noticeCopies();
  const isGlobal =
    branches.length > 0 && options.registerGlobal !== false && registerGlobally(provider, report);

  const flush = async (millis: number): Promise<void> => {
    if (await within(millis, provider.forceFlush())) return;
    report.warn(
      `The flush did not end within ${millis} ms; what was collected may not have arrived.`,
    );
  };
  const end = async (): Promise<void> => {
    const { shutdownMillis } = timing;
    report.speakUp();
    // A little less, so that an export ends before the deadline and says why it failed.
    for (const branch of branches) branch.hasten(shutdownMillis * 0.9);
    // They stay until all others have gone: so what is recorded after the last collection is left.
    const heirs = registries.map((registry) => registry.attach('cumulative'));
    if (!(await within(shutdownMillis, provider.shutdown()))) {
      report.warn(
        `The shutdown did not end within ${shutdownMillis} ms; the last interval may not have arrived.`,
      );
    }
    forget();
    // At once, before anything can wait: what is unsent goes to the spool.
    for (const reader of [...branches.flatMap(({ producers }) => producers), ...heirs])
      reader.detach();
    runtime?.stop();
    await Promise.all(branches.map((branch) => branch.close()));
    giveBack();
    if (isGlobal && api.getMeterProvider() === provider) api.disable();
    onEnd();
  };
  let ending: Promise<void> | undefined;
  const shutdown = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  const forget =
    options.flushAtExit === false || branches.length === 0
      ? () => undefined
      : flushAtExit({
          shutdown,
          flush: () => flush(timing.shutdownMillis),
          store() {
            for (const branch of branches) branch.storeNow?.(resource);
          },
        });

  const sources = {
    branches,
    registries,
    report,
    serviceName: serviceNameOf(resource),
    missing: wanted.length - branches.length,
    isShutDown: () => ending !== undefined,
  };
  return {
    health: () => readHealth(sources),
    // An export may be under way, which comes first.
    forceFlush: () => ending ?? flush(2 * timing.timeoutMillis),
    shutdown,
  };
}

/** Makes the registries report here, strictly if asked to; returns how that ends. */
function takeOver({ options, registries, report, exemplars }: Plan): () => void {
  const ends = registries.map(({ runtime }) => {
    const { strict } = runtime;
    runtime.onWarning((message) => report.warn(message));
    if (options.strict === true) runtime.strict = true;
    return () => {
      runtime.onWarning(undefined);
      runtime.strict = strict;
    };
  });
  return () => {
    exemplars.end();
    for (const end of ends) end();
  };
}

/** One reader for each exporter that is asked for and can be had. */
function makeBranches(
  plan: Plan,
  wanted: readonly ExporterName[],
  runtime: RuntimeMetrics | undefined,
): readonly Branch[] {
  const temporality = makeTemporality(plan);
  const makers: Readonly<Record<ExporterName, (own: Plan) => Branch | undefined>> = {
    otlp: (own) => makeOtlpBranch(own, temporality),
    console: (own) => makeConsoleBranch(own, temporality),
    prometheus: makePrometheusBranch,
  };
  // Each reader has runtime instruments of its own: their intervals are those of its collections.
  const registriesOf = () => [
    ...plan.registries,
    ...(runtime === undefined ? [] : [runtime.open()]),
    ...(plan.options.selfMetrics === false ? [] : [plan.self.core]),
  ];
  return wanted
    .map((name) => makers[name]({ ...plan, registries: registriesOf() }))
    .filter((branch) => branch !== undefined);
}

function registerGlobally(provider: MeterProvider, report: Report): boolean {
  if (api.setGlobalMeterProvider(provider)) return true;
  report.problem(
    'Another meter provider is registered globally already; the metrics of other libraries go there and not through meterbook.',
    'Call setupMetrics() first, or give the registries to that provider: metricProducers: [registry.producer()], with registerGlobal: false here.',
  );
  return false;
}
