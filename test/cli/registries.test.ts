import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type Project } from './support/program.js';

let project: Project;

const registry = (name: string) =>
  `defineRegistry({ scope: { name: '${name}' }, instruments: { calls: counter({ name: '${name}.calls', unit: '{call}' }) } })`;
const IMPORT = "import { counter, defineRegistry } from 'meterbook';";
const REQUIRE = "const { counter, defineRegistry } = require('meterbook');";

beforeAll(async () => {
  project = await makeProject();
  project.write({
    'package.json': '{ "name": "app", "type": "module" }',
    'names.ts': "export enum Names { Scope = 'from-ts' }",
    // As TypeScript is written for Node: ".js" for a file that is ".ts", and what types leave behind.
    'metrics.ts': `${IMPORT}
import { Names } from './names.js';
const scope: { readonly name: string } = { name: Names.Scope };
export const metrics = defineRegistry({ scope, instruments: { calls: counter({ name: 'ts.calls', unit: '{call}' }) } });`,
    'plain.ts': `${IMPORT}
const name: string = 'plain';
export const metrics = ${registry('plain')};`,
    'metrics.mts': `${IMPORT}\nexport const metrics = ${registry('from-mts')};`,
    'metrics.js': `${IMPORT}\nexport const metrics = ${registry('from-js')};`,
    'metrics.mjs': `${IMPORT}\nexport default ${registry('from-mjs')};`,
    'metrics.cjs': `${REQUIRE}\nmodule.exports = { metrics: ${registry('from-cjs')} };`,
    'whole.cjs': `${REQUIRE}\nmodule.exports = ${registry('whole')};`,
    'commonjs/package.json': '{ "type": "commonjs" }',
    'commonjs/metrics.ts': `${IMPORT}\nexport const metrics = ${registry('from-cjs-ts')};`,
    'commonjs/metrics.cts': `import meterbook = require('meterbook');
const { counter, defineRegistry } = meterbook;
export const metrics = ${registry('from-cts')};`,
    'commonjs/metrics.js': `${REQUIRE}\nexports.metrics = ${registry('from-cjs-js')};`,
    'two.js': `${IMPORT}
export const one = ${registry('one')};
export const two = ${registry('two')};
export { one as again };
export const other = 1;`,
    'none.js': 'export const metric = { name: "calls" }; export function f() {}',
    'nothing.js': '',
    'throws.js': 'throw new Error("no\\n  database");',
    'throws-nothing.js': 'throw undefined;',
    'invalid.ts': `${IMPORT}
export const metrics = defineRegistry({ scope: { name: 'x' }, instruments: { calls: counter({ name: 'calls', unit: 'sec' }) } });`,
    'broken.ts': 'export const = 1;',
    'missing.js': "import './absent.js';",
    'waits.js': `await new Promise(() => {});\n${IMPORT}`,
    'stays.js': `${IMPORT}\nsetInterval(() => {}, 60_000);\nexport const metrics = ${registry('stays')};`,
    'prints.js': `${IMPORT}\nconsole.log('hello');\nexport const metrics = ${registry('prints')};`,
    'older.js':
      "export const metrics = { [Symbol.for('meterbook.registry.1')]: {}, manifest: () => ({ manifestVersion: 2 }) };",
    'failing.js':
      "export const metrics = { [Symbol.for('meterbook.registry.1')]: {}, manifest() { throw new Error('x'); } };",
    'node_modules/their-metrics/package.json':
      '{ "name": "their-metrics", "exports": "./index.cjs" }',
    'node_modules/their-metrics/index.cjs': `${REQUIRE}\nmodule.exports = { metrics: ${registry('package')} };`,
  });
}, 60_000);
afterAll(() => project.remove());

const generate = (...args: readonly string[]) =>
  project.run('generate', 'docs', '--out', 'out', ...args);
const headings = () =>
  [
    ...readFileSync(join(project.folder, 'out/catalogue.md'), 'utf8').matchAll(
      /^## Registry `(.*)`$/gm,
    ),
  ].map(([, scope]) => scope);

describe('a registry is loaded', () => {
  it.each([
    ['metrics.ts', 'from-ts'],
    ['./metrics.mts', 'from-mts'],
    ['metrics.js', 'from-js'],
    ['metrics.mjs', 'from-mjs'],
    ['metrics.cjs', 'from-cjs'],
    ['whole.cjs', 'whole'],
    ['commonjs/metrics.ts', 'from-cjs-ts'],
    ['commonjs/metrics.cts', 'from-cts'],
    ['commonjs/metrics.js', 'from-cjs-js'],
    ['their-metrics', 'package'],
  ])('from %s', (module, scope) => {
    const { code, stderr } = generate('--registry', module);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(headings()).toEqual([scope]);
  });

  it.each(['metrics.js', 'metrics.cjs', 'commonjs/metrics.js'])('from %s without tsx', (module) => {
    const { code, stderr } = project.runWithoutTsx('lint', '--registry', module);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('from TypeScript without tsx where Node strips types, and else says what to install', () => {
    const { code, stderr } = project.runWithoutTsx('lint', '--registry', 'plain.ts');
    const strips = Boolean((process.features as { typescript?: string | false }).typescript);
    expect(code).toBe(strips ? 0 : 1);
    expect(stderr).toContain(strips ? '' : 'Run npm install --save-dev tsx');
    // An enum is no type: with Node alone it cannot be, and the hint is the same.
    const other = project.runWithoutTsx('lint', '--registry', 'metrics.ts');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('npm install --save-dev tsx');
  });

  it('with all that a module exports, each once, and says so', () => {
    const { code, stderr } = generate('--registry', 'two.js');
    expect(code).toBe(0);
    expect(headings()).toEqual(['one', 'two']);
    expect(stderr).toBe(
      'meterbook: 2 registries of "two.js" are taken: again, two. --export takes one of them.\n',
    );
    expect(generate('--registry', 'two.js', '--export', 'two').stderr).toBe('');
    expect(headings()).toEqual(['two']);
  });

  it('from several modules, each registry once', () => {
    const args = ['metrics.mjs', 'metrics.cjs', './metrics.mjs'].flatMap((it) => [
      '--registry',
      it,
    ]);
    expect(generate(...args).code).toBe(0);
    expect(headings()).toEqual(['from-mjs', 'from-cjs']);
  });

  it('from a module that prints, and results alone are on stdout', () => {
    const { code, stdout, stderr } = project.run('lint', '--registry', 'prints.js', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'hello\n' });
    expect(JSON.parse(stdout)).toMatchObject({ errors: 0 });
  });

  it('from a module that leaves a timer running, and the command ends', () => {
    expect(generate('--registry', 'stays.js').code).toBe(0);
    expect(headings()).toEqual(['stays']);
  });
});

describe('a module that gives no registry', () => {
  it.each([
    [
      'none.js',
      '"none.js" exports no registry; it exports f, metric. Export what defineRegistry()',
    ],
    ['nothing.js', 'it exports nothing'],
    [
      'throws.js',
      '"throws.js" threw an error while it was loaded: no database. Correct it; "node throws.js"',
    ],
    ['throws-nothing.js', 'threw an error while it was loaded: undefined.'],
    ['invalid.ts', '[INVALID_UNIT] Instrument "calls": unit "sec"'],
    ['broken.ts', '"broken.ts" threw an error while it was loaded'],
    ['missing.js', 'absent.js'],
    ['absent.ts', 'There is no file "absent.ts", and no package.'],
    ['commonjs', '"commonjs" is a folder.'],
    ['older.js', 'has the manifestVersion 2, and this command reads 1'],
    ['failing.js', 'gives no manifest'],
    ['waits.js', 'never ended loading'],
  ])('%s', (module, message) => {
    const { code, stdout, stderr } = generate('--registry', module, '--out', `out-${module}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((it) => it.startsWith('meterbook: ')),
    ).toHaveLength(1);
    expect(existsSync(join(project.folder, `out-${module}`))).toBe(false);
  });

  it('names what there is where --export names none', () => {
    const { code, stderr } = generate('--registry', 'two.js', '--export', 'ones');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'exports no registry "ones". Did you mean "one"? It exports again, one, two.',
    );
  });
});
