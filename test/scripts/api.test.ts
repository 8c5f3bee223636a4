import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/api.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meterbook-api-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, '--root', folder, ...args],
    { encoding: 'utf8' },
  );
  return { status, said: `${stdout}${stderr}` };
}

const entry = (name: string) => ({ import: { types: `./dist/${name}.d.ts` } });
const exported = { '.': entry('index'), './part': entry('part'), './package.json': './p.json' };

const manifest = (exports: object) =>
  put('package.json', JSON.stringify({ name: 'made-up', version: '1.0.0', exports }));
const report = (name: string) => readFileSync(join(folder, `etc/api/${name}.api.md`), 'utf8');
const hidden = (member: string) =>
  put('dist/hidden-a1b2.d.ts', `interface Hidden {\n    ${member}\n}\nexport { Hidden as H };\n`);

describe('npm run api', { timeout: 60_000 }, () => {
  it('wants a build first', () => {
    manifest(exported);
    expect(run()).toEqual({ status: 1, said: expect.stringMatching(/index\.d\.ts is not there/) });
  });

  it('reports each entry, with the types behind it', () => {
    hidden('a: string;');
    put(
      'dist/index.d.ts',
      "import { H as Hidden } from './hidden-a1b2.js';\nexport declare function one(h: Hidden): void;\n",
    );
    put('dist/part.d.ts', 'export declare const part: "b" | "a" | "c";\n');
    expect(run()).toEqual({ status: 0, said: 'etc/api/index.api.md\netc/api/part.api.md\n' });
    expect(report('index')).toMatch(/^export function one\(h: Hidden\): void;$/m);
    expect(report('index')).toMatch(/^interface Hidden {$/m);
    // Whatever the order in which the compiler came across them.
    expect(report('part')).toContain('"a" | "b" | "c"');
    expect(run('--check')).toEqual({ status: 0, said: '2 reports say what the build exports\n' });
  });

  it('refuses a surface that is not the reported one, and tells what differs', () => {
    hidden('b: number;');
    put('dist/other.d.ts', 'export declare const other: 1;\n');
    manifest({ '.': entry('index'), './other': entry('other') });
    const { status, said } = run('--check');
    expect(status).toBe(1);
    expect(said).toMatch(/index\.api\.md differs:.*- {5}a: string;.*\+ {5}b: number;/s);
    expect(said).toMatch(/other\.api\.md is not there/);
    expect(said).toMatch(/part\.api\.md is of an entry that is gone/);
    expect(said).toMatch(/run npm run api$/m);
  });
});
