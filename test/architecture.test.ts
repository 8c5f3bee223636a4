import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  checkArchitecture,
  lineCount,
  MAX_LINES,
  type Rule,
  readTree,
  WISHED_LINES,
} from './support/architecture.js';

const manifest: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const packages = Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] });

describe('the architecture of src', () => {
  const tree = readTree(fileURLToPath(new URL('../src', import.meta.url)));

  it('keeps its layers, has no import cycle and no overgrown file', () => {
    const found = checkArchitecture(tree, packages);
    expect(found.map(({ rule, file, message }) => `${rule}: ${file}: ${message}`)).toEqual([]);
  });

  it('reports files that want to be two', () => {
    for (const [file, text] of tree) {
      const lines = lineCount(text);
      if (lines > WISHED_LINES) console.warn(`src/${file} has ${lines} lines: wants to be two`);
    }
  });
});

describe('the checker', () => {
  const check = (files: Readonly<Record<string, string>>) =>
    checkArchitecture(new Map(Object.entries(files)), ['@opentelemetry/api']).map(
      ({ rule, file }) => `${rule} ${file}`,
    );
  const reports = (rule: Rule, file: string, files: Readonly<Record<string, string>>) =>
    expect(check(files)).toContain(`${rule} ${file}`);
  const foundation = {
    'errors.ts': 'export class MeterbookError extends Error {}',
    'declare/index.ts': "export { unit } from './units.js';",
    'declare/units.ts': "import '../errors.js'; export const unit = 's';",
    'core/index.ts': "export { series } from './series.js';",
    'core/series.ts':
      "import 'node:async_hooks'; import '../declare/index.js'; export const series = 1;",
    'otel/index.ts': "import '../core/series.js'; import '@opentelemetry/api'; export {};",
    'setup/index.ts': "import '../otel/index.js'; import 'node:http'; export {};",
    'index.ts': "export { series } from './core/index.js'; import './setup/index.js';",
  };

  it('accepts a tree that keeps the rules', () => {
    const edges = {
      'agent/index.ts': "import '../index.js'; import '../core/index.js'; export {};",
      'agent/events.ts': "import 'eventsource-parser'; export {};",
      'testing/index.ts': "import '../agent/index.js'; import '../errors.js'; export {};",
      'artefacts/index.ts': "import '../declare/units.js'; import 'yaml'; export {};",
      'artefacts/panel.ts': "import type { P } from '@grafana/grafana-foundation-sdk/table';",
      'live/index.ts': "import '../testing/index.js'; import '../artefacts/index.js'; export {};",
      'live/asking.ts': "import type { Asking } from './protocol.js';",
      'live/protocol.ts': 'export interface Asking {}',
      'live/page/main.tsx': "import 'preact/hooks'; import 'uplot'; import './app.js';",
      'live/page/app.tsx': "import '../asking.js'; import type { Asking } from '../protocol.js';",
      'cli/index.ts': "import '../live/index.js'; export {};",
    };
    expect(check({ ...foundation, ...edges })).toEqual([]);
  });

  it.each([
    ['errors.ts', './declare/units.js'],
    ['declare/bad.ts', '../core/series.js'],
    ['disk/bad.ts', '../core/series.js'],
    ['core/bad.ts', '../otel/index.js'],
    ['otel/bad.ts', '../setup/index.js'],
    ['setup/bad.ts', '../index.js'],
    ['artefacts/bad.ts', '../core/index.js'],
    ['artefacts/bad.ts', '../setup/index.js'],
  ])('reports that %s imports %s', (file, target) => {
    reports('layer', file, { ...foundation, [file]: `import '${target}';` });
  });

  it.each([
    ['type-only imports', "import type { series } from '../core/series.js';"],
    ['type-only re-exports', "export type { series } from '../core/series.js';"],
    ['types named in place', "export type S = typeof import('../core/series.js').series;"],
    ['dynamic imports', "export const later = () => import('../core/series.js');"],
    ['require', "require('../core/series.js');"],
    ['import = require', "import core = require('../core/series.js');"],
  ])('counts %s', (_, text) => {
    reports('layer', 'declare/bad.ts', { ...foundation, 'declare/bad.ts': text });
  });

  it('reports an edge that reaches internals', () => {
    const tree = { ...foundation, 'agent/inner.ts': '', 'agent/index.ts': '' };
    reports('internals', 'jobs/bad.ts', { ...tree, 'jobs/bad.ts': "import '../agent/inner.js';" });
    reports('internals', 'http/bad.ts', { ...tree, 'http/bad.ts': "import '../core/series.js';" });
  });

  it('keeps the page of the live view apart: it runs in a browser', () => {
    const tree = { ...foundation, 'live/page/main.tsx': '', 'live/index.ts': '' };
    const page = 'live/page/bad.tsx';
    for (const target of ['../index.js', '../../declare/index.js', '../../index.js']) {
      reports('layer', page, { ...tree, [page]: `import '${target}';` });
    }
    for (const specifier of ['node:util', '@opentelemetry/api', 'undeclared']) {
      reports('package', page, { ...tree, [page]: `import '${specifier}';` });
    }
    reports('layer', 'live/bad.ts', { ...tree, 'live/bad.ts': "import './page/main.js';" });
    reports('package', 'live/bad.ts', { ...tree, 'live/bad.ts': "import 'preact';" });
    reports('file-name', 'live/bad.tsx', { ...tree, 'live/bad.tsx': '' });
  });

  it.each([
    ['errors.ts', 'node:util'],
    ['declare/bad.ts', 'node:perf_hooks'],
    ['declare/bad.ts', '@opentelemetry/api'],
    ['core/bad.ts', '@opentelemetry/api'],
    ['core/bad.ts', 'node:fs'],
    ['core/bad.ts', 'node:net'],
    ['core/bad.ts', 'node:http'],
    ['core/bad.ts', 'fs'],
    ['otel/bad.ts', 'express'],
    ['setup/bad.ts', 'pg'],
    ['otel/bad.ts', '@opentelemetry/undeclared'],
    ['agent/bad.ts', 'undeclared'],
    ['http/bad.ts', 'eventsource-parser'],
    ['http/bad.ts', 'yaml'],
    // Of this one artefacts may know the types alone.
    ['artefacts/bad.ts', '@grafana/grafana-foundation-sdk/table'],
  ])('reports that %s imports %s', (file, specifier) => {
    reports('package', file, { ...foundation, [file]: `import '${specifier}';` });
  });

  it('reports cycles, type-only ones too', () => {
    const cyclic = {
      'core/a.ts': "import './b.js';",
      'core/b.ts': "import type { C } from './c.js';",
      'core/c.ts': "export type C = import('./a.js').A; import './b.js';",
      'core/self.ts': "import './self.js';",
    };
    const found = checkArchitecture(new Map(Object.entries(cyclic)), []);
    expect(found).toEqual([
      {
        rule: 'cycle',
        file: 'core/a.ts',
        message: 'imports itself by way of core/b.ts → core/c.ts → core/a.ts',
      },
      { rule: 'cycle', file: 'core/self.ts', message: 'imports itself by way of core/self.ts' },
    ]);
  });

  it('reports a relative import that names no file', () => {
    reports('resolve', 'core/bad.ts', { 'core/bad.ts': "import './absent.js';" });
    reports('resolve', 'core/bad.ts', { ...foundation, 'core/bad.ts': "import './series';" });
    reports('resolve', 'core/bad.ts', { 'core/bad.ts': "import '../../test/x.js';" });
  });

  it('reports overgrown files, export *, file names and unknown layers', () => {
    reports('length', 'core/long.ts', { 'core/long.ts': '\n'.repeat(MAX_LINES + 1) });
    expect(check({ 'core/long.ts': '\n'.repeat(MAX_LINES) })).toEqual([]);
    const star = { ...foundation, 'core/index.ts': "export * from './series.js';" };
    reports('export-star', 'core/index.ts', star);
    const typeStar = { ...foundation, 'core/index.ts': "export type * from './series.js';" };
    reports('export-star', 'core/index.ts', typeStar);
    reports('file-name', 'core/SeriesIndex.ts', { 'core/SeriesIndex.ts': '' });
    reports('file-name', 'core/series_index.ts', { 'core/series_index.ts': '' });
    reports('unknown-layer', 'helpers/x.ts', { 'helpers/x.ts': '' });
  });
});
