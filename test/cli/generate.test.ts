import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { generators } from '../../src/artefacts/index.js';
import type { Manifest } from '../../src/declare/index.js';
import { changed, everyKind, hostile } from '../artefacts/support/registries.js';
import { run } from './support/command.js';
import { type Folder, makeFolder } from './support/folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: Folder;

beforeEach(() => {
  folder = makeFolder();
  folder.json('m.json', everyKind);
});
afterEach(() => folder.remove());

const all = (...args: readonly string[]) =>
  folder.run('generate', 'all', '--registry', 'm.json', '--out', 'out', ...args);
const made = (manifest: Manifest) =>
  Object.values(generators).flatMap((it) => it.generate([manifest]));
const rows = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('meterbook generate', () => {
  it('writes what every generator makes, and tells of each file', async () => {
    const { code, stdout, stderr } = await all();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, ...lines] = rows(stdout);
    expect(header).toEqual(['file', 'done']);
    const files = made(everyKind);
    expect(lines).toEqual(files.map(({ path }) => [`out/${path}`, 'written']).sort());
    for (const { path, content } of files) {
      expect(readFileSync(join(folder.path, 'out', path), 'utf8')).toBe(content);
    }
  });

  it('has a command for each generator, that writes its files alone', async () => {
    for (const [word, { generate }] of Object.entries(generators)) {
      const args = ['--registry', 'm.json', '--out', word, '--json'];
      const { code, stdout } = await folder.run('generate', word, ...args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout).files.map((it: { path: string }) => it.path)).toEqual(
        generate([everyKind])
          .map(({ path }) => `${word}/${path}`)
          .sort(),
      );
    }
  });

  it('has no two generators with one path', () => {
    const paths = made(everyKind).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('does not touch what is as it should be, line ends apart', async () => {
    await all();
    const file = join(folder.path, 'out/catalogue.md');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    utimesSync(file, 1, 1);
    const { stdout } = await all();
    expect(
      new Set(
        rows(stdout)
          .slice(1)
          .map(([, done]) => done),
      ),
    ).toEqual(new Set(['unchanged']));
    expect(statSync(file).mtimeMs).toBe(1_000);
    writeFileSync(file, 'edited by hand');
    expect((await all()).stdout).toMatch(/^out\/catalogue\.md +rewritten$/m);
  });

  it('--check names what is out of date, and writes nothing', async () => {
    const missing = await all('--check');
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/^out\/catalogue\.md +missing$/m);
    expect(() => statSync(join(folder.path, 'out'))).toThrow('ENOENT');
    await all();
    expect(await all('--check')).toMatchObject({ code: 0, stderr: '' });
    const other = changed(everyKind, 'active', { description: 'Another.' });
    folder.json('m.json', other);
    const { code, stdout, stderr } = await all('--check', '--json');
    expect(code).toBe(1);
    const stale = JSON.parse(stdout)
      .files.filter((it: { state: string }) => it.state === 'differs')
      .map((it: { path: string }) => it.path);
    const before = new Map(made(everyKind).map(({ path, content }) => [path, content]));
    const expected = made(other).filter(({ path, content }) => before.get(path) !== content);
    expect(stale).toEqual(expected.map(({ path }) => `out/${path}`).sort());
    expect(stale).toContain('out/catalogue.md');
    const { error } = JSON.parse(stderr);
    expect(error).toMatchObject({
      code: 'FOUND',
      message: `${stale.length} of ${before.size} files are out of date.`,
    });
    expect(error.fix).toMatch(/^Run meterbook generate all /);
  });

  it('reads several manifests from one file', async () => {
    folder.json('two.json', [everyKind, hostile]);
    expect((await folder.run('generate', 'docs', '--registry=two.json', '--out=.')).code).toBe(0);
    expect(
      readFileSync(join(folder.path, 'catalogue.md'), 'utf8').match(/^## Registry/gm),
    ).toHaveLength(2);
  });

  it.each([
    [
      ['--out', 'out'],
      2,
      'No registry is named. Use meterbook generate docs --registry ./src/metrics.ts',
    ],
    [['--registry', 'm.json'], 2, 'No folder is named. Use meterbook generate docs --out'],
    [
      ['--registry', 'm.json', '--registry', 'x.json', '--export', 'a', '--out', 'o'],
      2,
      'Drop --export.',
    ],
    [['--registry', 'absent.json', '--out', 'out'], 1, 'There is no file "absent.json"'],
    [['--registry', 'text.json', '--out', 'out'], 1, '"text.json" cannot be read'],
    [['--registry', 'list.json', '--out', 'out'], 1, '"list.json" is no manifest'],
    [
      ['--registry', 'bad.json', '--out', 'out'],
      1,
      '"bad.json" has no usable name at instruments[0]',
    ],
    [
      ['--registry', 'm.json', '--out', 'text.json'],
      1,
      '"text.json/catalogue.md" cannot be written',
    ],
  ])('refuses %j', async (args, exit, message) => {
    writeFileSync(join(folder.path, 'text.json'), '{');
    folder.json('list.json', [1]);
    folder.json('bad.json', changed(everyKind, 'latency', { name: 'a"; DROP' }));
    mkdirSync(join(folder.path, 'elsewhere'));
    const { code, stdout, stderr } = await folder.run('generate', 'docs', ...args);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^meterbook: [^\n]+\n$/);
  });
});

describe('the catalogue of the standard registry', () => {
  it('in docs/catalogue.md is up to date', async () => {
    folder.json('agent.json', agentMetrics.manifest());
    const manifest = join(folder.path, 'agent.json');
    const args = ['--registry', manifest, '--out', 'docs', '--check'];
    const { code, stdout } = await run(['generate', 'docs', ...args], {}, root);
    expect({
      code,
      hint: 'npx tsx src/cli/bin.ts generate docs --registry src/agent/index.ts --out docs',
    }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^docs\/catalogue\.md +unchanged$/m);
  });
});
