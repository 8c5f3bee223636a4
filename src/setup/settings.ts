import { show } from '../errors.js';
import type { OtlpOptions, PrometheusOptions, SetupOptions, SpoolOptions } from './options.js';
import type { Report } from './report.js';

/** What a setting may be, and how that is said. */
interface Shape {
  readonly fits: (value: unknown) => boolean;
  readonly fix: string;
  /** The settings within it, where it is an object of them. */
  readonly names?: readonly string[];
}

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** Looked at where it is used, which tells more about what is wrong. */
const ANY: Shape = { fits: () => true, fix: '' };
const SWITCH: Shape = { fits: isBoolean, fix: 'Use true or false.' };

// Each is a record of all keys of its type, so that the compiler tells when one is added.
const OTLP: Readonly<Record<keyof OtlpOptions, true>> = {
  url: true,
  headers: true,
  compression: true,
  timeoutMillis: true,
  insecureHosts: true,
  agent: true,
};
const SPOOL: Readonly<Record<keyof SpoolOptions, true>> = {
  directory: true,
  maxBytes: true,
  writeAhead: true,
};
const PROMETHEUS: Readonly<Record<keyof PrometheusOptions, true>> = { host: true, port: true };

const SETTINGS: Readonly<Record<keyof SetupOptions, Shape>> = {
  serviceName: { fits: (value) => typeof value === 'string', fix: 'Use a text.' },
  registries: ANY,
  resource: { fits: isObject, fix: "Use an object: { 'deployment.environment.name': 'prod' }." },
  temporality: ANY,
  exemplars: ANY,
  exportIntervalMillis: ANY,
  exportTimeoutMillis: ANY,
  shutdownTimeoutMillis: ANY,
  otlp: {
    fits: (value) => isBoolean(value) || isObject(value),
    fix: "Use an object, { url: 'http://localhost:4318/v1/metrics' }, or false.",
    names: Object.keys(OTLP),
  },
  spool: {
    fits: isObject,
    fix: "Use an object: { directory: './spool' }.",
    names: Object.keys(SPOOL),
  },
  prometheus: {
    fits: (value) => isBoolean(value) || isObject(value),
    fix: 'Use an object, { port: 9464 }, or true or false.',
    names: Object.keys(PROMETHEUS),
  },
  console: SWITCH,
  runtime: SWITCH,
  selfMetrics: SWITCH,
  registerGlobal: SWITCH,
  flushAtExit: SWITCH,
  strict: SWITCH,
  logger: ANY,
};

/**
 * The options without those that nobody reads: a name that is none, and what is no object or no switch
 * where one is needed. Each is reported; the compiler says the same to whoever has one.
 */
export function checkedSettings(options: SetupOptions, report: Report): SetupOptions {
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const shape = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof SetupOptions] : undefined;
    if (shape === undefined) {
      refuseName('setupMetrics()', name, Object.keys(SETTINGS), report);
    } else if (!shape.fits(value)) {
      // A URL may carry a password.
      const shown = typeof value === 'string' ? 'a text' : show(value);
      report.problem(`${name} is ${shown}, which was ignored.`, shape.fix);
    } else {
      known[name] = value;
      for (const inner of shape.names === undefined ? [] : Object.keys(value)) {
        if (!shape.names?.includes(inner)) refuseName(name, inner, shape.names ?? [], report);
      }
    }
  }
  return known;
}

function refuseName(place: string, name: string, names: readonly string[], report: Report): void {
  report.problem(
    `${place} has no setting ${show(name)}, which was ignored.`,
    `Use ${names.join(', ')}.`,
  );
}
