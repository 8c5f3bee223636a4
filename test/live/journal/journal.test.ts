import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalOptions } from '../../../src/live/journal/journal.js';
import type { RawRequest } from '../../../src/live/receiver/intake.js';

const MEBIBYTE = 1024 * 1024;
const open: Journal[] = [];
const problems: string[] = [];
let folder = '';
let now = 1_700_000_000_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meterbook-journal-'));
});

afterEach(async () => {
  for (const journal of open.splice(0)) await journal.close();
  problems.splice(0);
  rmSync(folder, { recursive: true, force: true });
});

async function journal(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const opened = await Journal.open({
    folder,
    maxSeconds: 3_600,
    maxBytes: 64 * MEBIBYTE,
    onProblem: (message) => problems.push(message),
    now: () => now,
    ...options,
  });
  open.push(opened);
  return opened;
}

function requestOf(text: string | Buffer, receivedAt = now): RawRequest {
  return { body: Buffer.from(text), encoding: 'protobuf', receivedAt };
}

async function read(from: Journal): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { body } of from.read()) texts.push(body.toString());
  return texts;
}

/** Writes requests by a journal of their own. */
async function keep(...texts: readonly string[]): Promise<void> {
  const journal_ = await journal();
  for (const text of texts) journal_.append(requestOf(text));
  await journal_.close();
}

function segments(): readonly string[] {
  return readdirSync(folder)
    .filter((it) => it.endsWith('.otlp'))
    .map((it) => join(folder, it));
}

/** The only segment. */
function segment(): string {
  const [path = ''] = segments();
  return path;
}

describe('a journal', () => {
  it('gives back what was kept, in order, with time and encoding', async () => {
    const first = await journal();
    const json: RawRequest = { body: Buffer.from('{}'), encoding: 'json', receivedAt: now - 5 };
    first.append(json);
    first.append(requestOf(Buffer.alloc(0)));
    first.append(requestOf('last'));
    await first.close();
    await keep('of a second start');
    const found: RawRequest[] = [];
    for await (const request of (await journal()).read()) found.push(request);
    expect(found).toEqual([json, requestOf(''), requestOf('last'), requestOf('of a second start')]);
  });

  it('leaves out what is too old', async () => {
    const first = await journal();
    first.append(requestOf('old', now - 3_600_001));
    first.append(requestOf('new', now - 3_599_999));
    await first.close();
    expect(await read(await journal())).toEqual(['new']);
  });

  it.each<[string, (path: string) => void, readonly string[]]>([
    ['cut within a body', (path) => truncateSync(path, statSync(path).size - 1), ['a', 'b']],
    ['cut within a head', (path) => truncateSync(path, statSync(path).size - 10), ['a', 'b']],
    ['with zeros behind it', (path) => appendFileSync(path, Buffer.alloc(100)), ['a', 'b', 'c']],
    ['with text behind it', (path) => appendFileSync(path, 'x'.repeat(50)), ['a', 'b', 'c']],
    ['with a changed last body', (path) => overwrite(path, statSync(path).size - 1), ['a', 'b']],
    ['with another beginning', (path) => overwrite(path, 0), []],
    ['empty', (path) => truncateSync(path, 0), []],
  ])('skips what is damaged: a segment %s', async (_, damage, left) => {
    await keep('a', 'b', 'c');
    damage(segment());
    await keep('d');
    expect(await read(await journal())).toEqual([...left, 'd']);
  });

  it('has a bound: the oldest segments go for their size', async () => {
    const maxBytes = MEBIBYTE;
    const journal_ = await journal({ maxBytes });
    for (let i = 0; i < 100; i++) {
      journal_.append(requestOf(Buffer.alloc(50_000, i)));
      now += 1;
    }
    await journal_.close();
    const bytes = segments().reduce((sum, path) => sum + statSync(path).size, 0);
    expect(bytes).toBeLessThanOrEqual(maxBytes + 50_100);
    expect(bytes).toBeGreaterThan(maxBytes / 2);
    const kept = await read(await journal({ maxBytes }));
    expect(kept.at(-1)?.charCodeAt(0)).toBe(99);
  });

  it('has a bound: the oldest segments go for their age', async () => {
    const journal_ = await journal();
    for (let minute = 0; minute < 180; minute++) {
      journal_.append(requestOf(`minute ${minute}`));
      // Written one by one: the clock of the test must not run ahead.
      await new Promise((resolve) => setImmediate(resolve));
      while (segments().length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      now += 60_000;
    }
    await journal_.close();
    expect(segments().length).toBeLessThanOrEqual(18);
    const kept = await read(await journal());
    expect(kept.length).toBeGreaterThan(40);
    expect(kept.length).toBeLessThanOrEqual(61);
  });

  it('is of one process', async () => {
    await journal();
    await expect(journal()).rejects.toThrow(`is in use by the process ${process.pid}`);
  });

  it('lets the folder go when it is closed', async () => {
    await keep('a');
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual(segments());
  });

  it('lets the folder go when it cannot be opened', async () => {
    const broken = join(folder, 'metrics-1700000000000.otlp');
    symlinkSync(join(folder, 'nowhere'), broken);
    await expect(journal()).rejects.toThrow('Nothing can be kept');
    rmSync(broken);
    await journal();
  });

  it('says what is wrong with the folder', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(journal({ folder: join(file, 'x') })).rejects.toMatchObject({
      message: expect.stringContaining('Nothing can be kept'),
      fix: expect.stringContaining('--keep'),
    });
  });

  it('goes on without keeping where the disk fails, and says so once', async () => {
    const journal_ = await journal();
    rmSync(folder, { recursive: true });
    for (let i = 0; i < 3; i++) journal_.append(requestOf('x'));
    await journal_.close();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('cannot be written any more');
  });

  it('keeps nothing that the disk cannot take in time', async () => {
    const journal_ = await journal();
    for (let i = 0; i < 5; i++) journal_.append(requestOf(Buffer.alloc(10 * MEBIBYTE)));
    expect(journal_.skipped).toBe(2);
    await journal_.close();
  });

  it('is for its owner alone', async () => {
    await keep('a');
    expect(statSync(segment()).mode & 0o077).toBe(0);
    chmodSync(segment(), 0o600);
  });
});

function overwrite(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 0xff;
  writeFileSync(path, bytes);
}
