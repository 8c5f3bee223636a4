import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pgliteStore } from '../../src/jobs/index.js';
import { run, writeJobs } from './support/command.js';

const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

let folder: string;
let dataDir: string;
let emptyDir: string;

/** As a user starts it, by tsx instead of the build. */
const program = (args: readonly string[]) => ['--import', 'tsx', BIN, ...args];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meterbook-cli-'));
  dataDir = join(folder, 'jobs');
  emptyDir = join(folder, 'empty');
  const store = await pgliteStore({ dataDir });
  await writeJobs(store);
  await store.close();
  await (await pgliteStore({ dataDir: emptyDir })).close();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('meterbook jobs report on a folder', () => {
  it('prints a table of percentiles, filtered and grouped', async () => {
    const { code, stdout, stderr } = await run(
      ['jobs', 'report', '--data-dir', dataDir, '--by', 'model', '--organization', 'org-1'],
      {},
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ['model', 'jobs', 'not ok', 'first p50'],
      ['m-large', '2', '50.0 %', '400 ms'],
      ['m-small', '1', '0.0 %', '100 ms'],
      [''],
    ]);
  });

  it('prints one JSON document, and the time range counts', async () => {
    const { code, stdout } = await run(
      ['jobs', 'report', '--data-dir', dataDir, '--from=2026-01-02', '--to=2026-01-03', '--json'],
      {},
    );
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.lines).toHaveLength(1);
    expect(report.lines[0]).toMatchObject({ jobs: 2, total: { p50Ns: '9007199254740993' } });
  });

  it('lists the slowest, and says on stderr when nothing matches', async () => {
    const slowest = await run(['jobs', 'report', '--slowest', '--json', '--data-dir', dataDir], {});
    expect(JSON.parse(slowest.stdout).jobs.map((job: { id: string }) => job.id)).toEqual([
      'job-3',
      'job-4',
      'job-2',
      'job-1',
    ]);
    const none = await run(['jobs', 'report', '--data-dir', dataDir, '--type', 'none'], {});
    expect(none.code).toBe(0);
    expect(none.stderr).toContain('No job is in the table');
  });

  it('changes nothing in the folder, and leaves no copy behind', async () => {
    const copies = () => readdirSync(tmpdir()).filter((it) => it.startsWith('meterbook-jobs-'));
    const before = { copies: copies(), pid: existsSync(join(dataDir, 'postmaster.pid')) };
    // Open in this process, as by a service that runs.
    const store = await pgliteStore({ dataDir: emptyDir });
    try {
      const { code, stderr } = await run(
        ['jobs', 'report', '--data-dir', emptyDir, '--table', 'other'],
        {},
      );
      expect(code).toBe(1);
      expect(stderr).toContain('There is no table "other"');
      expect(stderr).toContain('--schema and --table');
      await writeJobs(store);
      expect((await store.report()).lines[0]?.jobs).toBe(4);
    } finally {
      await store.close();
    }
    expect({ copies: copies(), pid: existsSync(join(dataDir, 'postmaster.pid')) }).toEqual(before);
  });

  it('makes no database where there is none', async () => {
    const nothing = join(folder, 'nothing');
    mkdirSync(nothing);
    const { code, stderr } = await run(['jobs', 'report', '--data-dir', nothing], {});
    expect(code).toBe(1);
    expect(stderr).toContain('is no folder of a PGlite');
    expect(readdirSync(nothing)).toEqual([]);
  });
});

describe('the program', () => {
  it('prints the report and ends', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      program(['jobs', 'report', '--data-dir', dataDir]),
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/^jobs of +jobs +not ok/);
  });

  it('takes a pipe that is closed for no fault', async () => {
    const child = spawn(process.execPath, program(['jobs', 'report', '--data-dir', dataDir]), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
