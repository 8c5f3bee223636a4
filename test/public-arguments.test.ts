import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as agent from '../src/agent/index.js';
import * as artefacts from '../src/artefacts/index.js';
import * as db from '../src/db/index.js';
import * as http from '../src/http/index.js';
import * as meterbook from '../src/index.js';
import { MeterbookError } from '../src/index.js';
import * as jobs from '../src/jobs/index.js';
import * as testing from '../src/testing/index.js';

/** Every entry point, by its name in `exports`. */
const ENTRIES: Readonly<Record<string, object>> = {
  '.': meterbook,
  './agent': agent,
  './http': http,
  './db': db,
  './jobs': jobs,
  './artefacts': artefacts,
  './testing': testing,
};

type Call = (...args: unknown[]) => unknown;

/** An error is made by meterbook alone; users have the class for `instanceof`. */
const LEFT_OUT = ['MeterbookError'];

/** What the message names, where it is a setting and not the function. */
const SETTINGS: Readonly<Record<string, string>> = {
  'buckets.explicit': 'boundaries',
  'buckets.linear': 'count',
  'buckets.exponential': 'count',
  'metricMatchers.toHaveRecorded': 'toHaveRecorded',
  'metricMatchers.toHaveDropped': 'registry',
  defineRegistry: 'instruments',
  testRegistry: 'registry',
  watchRegistry: 'registry',
  keyedHash: 'key of a hash',
  contextFromHeaders: 'headerContext()',
  'generators.collector.generate': 'collectorArtefacts()',
  'generators.prometheus.generate': 'prometheusArtefacts()',
  'generators.grafana.generate': 'grafanaArtefacts()',
  'generators.clickhouse.generate': 'clickhouseArtefacts()',
  'generators.signoz.generate': 'signozArtefacts()',
  'generators.docs.generate': 'docsArtefacts()',
  'generators.weaver.generate': 'weaverArtefacts()',
  'MeterbookModule.forRoot': 'forRoot()',
};

const nothing = (): undefined => undefined;
const scope = { name: 'test' };
const registry = meterbook.defineRegistry({ scope, instruments: {} });
const manifests = [registry.manifest()];
const pool = { levels: () => ({ idle: 0, used: 0 }) };
const client = { query: nothing, connect: nothing, escapeIdentifier: nothing };

/** Good arguments, before options that are null. */
const GOOD: Readonly<Record<string, readonly unknown[]>> = {
  withAttributes: [{}, nothing],
  flushAfter: [nothing],
  healthCheck: [{ health: nothing }],
  agentHelpers: [agent.agentMetrics],
  observeTool: ['search', nothing],
  observeStep: [nothing],
  observeAgent: ['agent', nothing],
  observeModelCall: [nothing, {}],
  observeStream: [nothing, {}],
  fetchHandler: [nothing],
  fastifyPlugin: [{ addHook: nothing }],
  observeWebSockets: [new EventEmitter()],
  contextFromHeaders: [{}],
  observePool: [pool],
  observeQueries: [client],
  clickhouseArtefacts: [manifests],
  collectorArtefacts: [manifests],
  diffManifests: [manifests, manifests],
  docsArtefacts: [manifests],
  grafanaArtefacts: [manifests],
  lintManifests: [manifests],
  prometheusArtefacts: [manifests],
  signozArtefacts: [manifests],
  weaverArtefacts: [manifests],
  unusedFindings: [manifests],
  testRegistry: [registry],
  watchRegistry: [registry],
};

/** The functions of an entry, those within objects and the static ones of classes too. */
function functionsOf(holder: object, path = ''): readonly (readonly [string, Call])[] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]) => {
    const name = `${path}${key}`;
    if (LEFT_OUT.includes(name)) return [];
    if (isClass(value)) {
      const make: Call = (...args) => Reflect.construct(value, args);
      const own = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(
        ([method, descriptor]) =>
          typeof descriptor.value === 'function' && method !== 'prototype'
            ? [[`${name}.${method}`, descriptor.value.bind(value) as Call] as const]
            : [],
      );
      return [[name, make] as const, ...own];
    }
    if (typeof value === 'function') return [[name, value as Call] as const];
    const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isPlain && !isRegistry(value) ? functionsOf(value, `${name}.`) : [];
  });
}

function isClass(value: unknown): value is new (...args: unknown[]) => object {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Instruments record, and drop and count what they are passed: test/core has that. */
function isRegistry(value: object): boolean {
  return 'manifest' in value || value === agent.agentInstruments;
}

/** What a call throws or rejects with; what it has begun is ended. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    const made = (await call()) as Partial<Record<'stop' | 'shutdown' | 'close', Call>> | undefined;
    for (const end of ['stop', 'shutdown', 'close'] as const) await made?.[end]?.();
  } catch (error) {
    return error;
  }
  return undefined;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

it('has every entry of package.json', () => {
  const { exports } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { readonly exports: Readonly<Record<string, unknown>> };
  const names = Object.keys(exports).filter((name) => name !== './package.json');
  expect(Object.keys(ENTRIES).sort()).toEqual(names.sort());
});

for (const [entry, exported] of Object.entries(ENTRIES)) {
  const functions = functionsOf(exported);

  describe(`what ${entry} exports, called with arguments that are missing`, () => {
    it('has functions', () => expect(functions.length).toBeGreaterThan(1));

    // A PGlite is opened each time, and takes long where much else runs.
    const timeout = 60_000;
    it.each(functions)(
      '%s throws nothing, or says what is missing',
      { timeout },
      async (name, call) => {
        // What starts without options sends nothing until it is ended.
        vi.stubEnv('OTEL_SDK_DISABLED', 'true');
        const before = GOOD[name];
        const all: readonly (readonly unknown[])[] = [
          [],
          [null],
          [null, null, null],
          ...(before === undefined ? [] : [[...before, null, null]]),
        ];
        for (const args of all) {
          const error = await thrownBy(() => call(...args));
          if (error === undefined) continue;
          expect(error, `${name}(${args.map(String).join(', ')})`).toBeInstanceOf(MeterbookError);
          const { message, fix } = error as MeterbookError;
          expect(message).toContain(SETTINGS[name] ?? name);
          expect(message).toContain(`Fix: ${fix}`);
          expect(fix.length).toBeGreaterThan(10);
        }
      },
    );
  });
}
