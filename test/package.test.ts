import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUNDLED } from './support/architecture.js';

/** The parts of package.json that are promises. */
interface Manifest {
  readonly name: string;
  readonly type: string;
  readonly license: string;
  readonly sideEffects: boolean;
  readonly files: readonly string[];
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | ConditionalExport>>;
}

interface ConditionalExport {
  readonly import: { readonly types: string; readonly default: string };
  readonly require: { readonly types: string; readonly default: string };
}

const root = new URL('../', import.meta.url);
const manifest: Manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [[name, target] as const],
);

describe('package.json', () => {
  it('depends on OpenTelemetry packages alone', () => {
    const others = Object.keys(manifest.dependencies).filter(
      (name) => !name.startsWith('@opentelemetry/'),
    );
    expect(others).toEqual([]);
    expect(Object.keys(manifest.dependencies)).toHaveLength(6);
  });

  it('takes the OpenTelemetry API from the application, and every other peer is optional', () => {
    const required = Object.keys(manifest.peerDependencies).filter(
      (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
    );
    expect(required).toEqual(['@opentelemetry/api']);
  });

  it('ships the licence of each package that the build copies', () => {
    const notices = readFileSync(new URL('THIRD-PARTY-NOTICES.md', root), 'utf8');
    for (const name of Object.keys(BUNDLED)) {
      // Only what is not installed with the package is copied.
      expect(manifest.devDependencies[name]).toBeDefined();
      const licence = readFileSync(new URL(`node_modules/${name}/LICENSE`, root), 'utf8');
      expect(notices).toContain(licence.trim());
    }
  });

  it('runs no script when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });

  it('ships the build, and the licence, readme and changelog beside it', () => {
    expect(manifest.files).toEqual([
      'dist',
      'docs',
      '!docs/images/*.png',
      '!docs/.vitepress',
      '!docs/reference',
      'CHANGELOG.md',
      'THIRD-PARTY-NOTICES.md',
    ]);
    expect(manifest.license).toBe('Apache-2.0');
    expect(readFileSync(new URL('LICENSE', root), 'utf8')).toContain('Apache License');
    expect(existsSync(new URL('CHANGELOG.md', root))).toBe(true);
    expect(existsSync(new URL('README.md', root))).toBe(true);
  });

  it('is an ES module package without side effects', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.engines['node']).toBe('^20.19.0 || >=22.0.0');
  });

  it('exports entries alone, no internals', () => {
    expect(Object.keys(manifest.exports)).toEqual([
      '.',
      './agent',
      './http',
      './db',
      './jobs',
      './artefacts',
      './testing',
      './package.json',
    ]);
  });

  it('has one command, a program that the build makes from src/cli', () => {
    expect(manifest.bin).toEqual({ meterbook: './dist/cli.js' });
    const source = readFileSync(new URL('src/cli/bin.ts', root), 'utf8');
    expect(source.startsWith('#!/usr/bin/env node\n')).toBe(true);
  });

  it.each(entries)('has code and types of %s for import and for require', (name, target) => {
    const base = `./dist/${name === '.' ? 'index' : name.slice(2)}`;
    expect(target).toEqual({
      import: { types: `${base}.d.ts`, default: `${base}.js` },
      require: { types: `${base}.d.cts`, default: `${base}.cjs` },
    });
    // A condition is tried in the order written: types come before the code that they describe.
    expect(Object.keys(target.import)[0]).toBe('types');
    expect(Object.keys(target.require)[0]).toBe('types');
  });
});
