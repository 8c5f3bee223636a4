import { readFileSync } from 'node:fs';
import type { Manifest } from '../../declare/index.js';
import { show } from '../../errors.js';
import type { CommandIo } from '../command.js';
import { failed, wrongUsage } from '../failure.js';
import { suggestion } from '../nearest.js';
import { note } from '../notes.js';
import type { OptionTable } from '../options.js';
import { withProgress } from '../terminal/progress.js';
import { problemOfManifest } from './check-manifest.js';
import { type Exports, findModule, loadModule } from './load-module.js';

/** Marks live registries of every copy of the package: of another version, ESM or CommonJS. */
const REGISTRY = Symbol.for('meterbook.registry.1');

/** The options by which commands name registries, for their tables. */
export const REGISTRY_OPTIONS = {
  registry: {
    kind: 'list',
    takes: '<module>',
    help: `a TypeScript or JavaScript file that exports it, a package such as
meterbook/agent, or a .json file with what manifest() gives; may be given
several times. All registries that a module exports are taken.`,
    section: 'Which registry',
    values: 'file',
  },
  export: { kind: 'value', takes: '<name>', help: 'only this export of the module' },
} as const satisfies OptionTable;

/** What the two options say. */
export interface RegistryOptions {
  readonly registry?: readonly string[] | undefined;
  readonly export?: string | undefined;
}

/**
 * The manifests of the registries that the options name, in that order, each once. Only the public
 * methods of a registry are used, for it may be of another copy of the package.
 */
export async function readRegistries(
  options: RegistryOptions,
  io: CommandIo,
  command: string,
): Promise<readonly Manifest[]> {
  const { registry: names = [], export: exported } = options;
  if (names.length === 0) {
    throw wrongUsage(
      'No registry is named.',
      `Use ${command} --registry ./src/metrics.ts, the module that exports it.`,
    );
  }
  if (exported !== undefined && names.length > 1) {
    throw wrongUsage('--export is of one module, and --registry names several.', 'Drop --export.');
  }
  const byText = new Map<string, Manifest>();
  for (const name of names) {
    const path = findModule(name, io.cwd ?? process.cwd());
    const manifests = path.endsWith('.json')
      ? readJson(path, name)
      : takeRegistries(await load(path, name, io), name, exported, io);
    for (const manifest of manifests) byText.set(JSON.stringify(manifest), manifest);
  }
  return [...byText.values()];
}

const load = (path: string, name: string, io: CommandIo) =>
  withProgress(io, `Loading ${name}`, () => loadModule(path, name));

function readJson(path: string, name: string): readonly Manifest[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw failed(
      `"${name}" cannot be read: ${(error as Error).message}.`,
      'Write JSON into it.',
      'INVALID',
    );
  }
  const list = Array.isArray(value) ? value : [value];
  return list.map((it) => checked(it, `"${name}"`));
}

function takeRegistries(
  exports: Exports,
  name: string,
  exported: string | undefined,
  io: CommandIo,
): readonly Manifest[] {
  const found = registriesIn(exports);
  const names = [...found.keys()];
  if (exported !== undefined) {
    const one = found.get(exported);
    if (one === undefined) {
      const others = names.length === 0 ? 'It exports none.' : `It exports ${names.join(', ')}.`;
      throw failed(
        `"${name}" exports no registry "${exported}".${suggestion(exported, names)}`,
        others,
        'NOT_FOUND',
      );
    }
    return [manifestOf(one, name, exported)];
  }
  const different = names.filter(
    (it, i) => names.findIndex((other) => found.get(other) === found.get(it)) === i,
  );
  if (different.length === 0) {
    const has = Object.keys(exports).filter((it) => it !== 'default' && it !== 'module.exports');
    const what = has.length === 0 ? 'nothing' : has.slice(0, 10).join(', ');
    throw failed(
      `"${name}" exports no registry; it exports ${what}.`,
      'Export what defineRegistry() returned: export const metrics = defineRegistry({ … }).',
      'NOT_FOUND',
    );
  }
  if (different.length > 1) {
    const text = `${different.length} registries of "${name}" are taken: ${different.join(', ')}.`;
    note(io, `${text} --export takes one of them.`);
  }
  return different.map((it) => manifestOf(found.get(it), name, it));
}

/** By the name that each is exported under; what a CommonJS module exports as a whole included. */
function registriesIn(exports: Exports): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const whole = exports['default'];
  const inside = typeof whole === 'object' && whole !== null && !isRegistry(whole) ? whole : {};
  for (const [name, value] of [...Object.entries(exports), ...Object.entries(inside)]) {
    // Node's own name for what a CommonJS module exports, beside "default".
    if (name !== 'module.exports' && isRegistry(value)) found.set(name, value);
  }
  return found;
}

function isRegistry(value: unknown): boolean {
  return typeof value === 'object' && value !== null && REGISTRY in value;
}

function manifestOf(registry: unknown, name: string, exported: string): Manifest {
  const label = `The registry "${exported}" of "${name}"`;
  let manifest: unknown;
  try {
    manifest = (registry as { manifest(): unknown }).manifest();
  } catch (error) {
    throw failed(
      `${label} gives no manifest: ${show(error)}.`,
      'Update its copy of meterbook.',
      'INVALID',
    );
  }
  return checked(manifest, label);
}

function checked(value: unknown, label: string): Manifest {
  const problem = problemOfManifest(value);
  if (problem === undefined) return value as Manifest;
  throw failed(
    `${label} ${problem}.`,
    'Use what registry.manifest() gives, of the same version of meterbook as this command.',
    'INVALID',
  );
}
