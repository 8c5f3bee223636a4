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
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

/** What a write does to a file handle, whichever way it is asked for. */
type Write = (this: FileHandle, ...args: unknown[]) => Promise<unknown>;

/** As if the disk took no more for as long as `isFull` says so; of what is written a half arrives. */
async function limitDisk(isFull: () => boolean): Promise<void> {
  const probe = await openFile(join(folder, 'probe'), 'w');
  const handles: Record<string, Write> = Object.getPrototypeOf(probe);
  const write = handles['write'] as Write;
  await probe.close();
  rmSync(join(folder, 'probe'));
  for (const name of ['write', 'writev', 'writeFile']) {
    const real = handles[name] as Write;
    vi.spyOn(handles, name).mockImplementation(async function (this: FileHandle, ...args) {
      if (!isFull()) return real.apply(this, args);
      const bytes = Buffer.concat([args[0] as Buffer | Buffer[]].flat());
      await write.call(this, bytes.subarray(0, bytes.length / 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
  }
}

/** Bytes in the folder. */
function folderBytes(): number {
  return segments().reduce((sum, path) => sum + statSync(path).size, 0);
}

/** Keeps requests one after the other, each of which was tried before the next comes in. */
async function appendTo(journal_: Journal, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    journal_.append(requestOf(text));
    await journal_['last'];
    now += 1;
  }
}

describe('a disk that is full', () => {
  it('is told of once, and keeping goes on when there is space again', async () => {
    let isFull = false;
    await limitDisk(() => isFull);
    const journal_ = await journal();
    await appendTo(journal_, 'a');
    isFull = true;
    await appendTo(journal_, 'b', 'c');
    expect(problems).toEqual([
      `"${folder}" cannot be written: ENOSPC: no space left on device, write. What comes in is not kept until it can be.`,
    ]);
    isFull = false;
    // It is not tried at each request.
    await appendTo(journal_, 'd');
    now += 10_000;
    await appendTo(journal_, 'e', 'f');
    expect(problems.slice(1)).toEqual([
      `"${folder}" can be written again. 3 requests that came in meanwhile were not kept.`,
    ]);
    expect(journal_.skipped).toBe(3);
    await journal_.close();
    expect(await read(await journal())).toEqual(['a', 'e', 'f']);
  });

  it('is left no fuller by what could not be written, however often it is tried', async () => {
    let isFull = false;
    await limitDisk(() => isFull);
    const journal_ = await journal();
    await appendTo(journal_, 'a');
    const bytes = folderBytes();
    isFull = true;
    for (let i = 0; i < 20; i++) {
      await appendTo(journal_, 'x'.repeat(1_000));
      now += 10_000;
    }
    expect(folderBytes()).toBe(bytes);
    expect(segments()).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(journal_.skipped).toBe(20);
  });

  it('of less room than is allowed: the oldest gives way, which is told of once', async () => {
    const room = 8 * MEBIBYTE;
    await limitDisk(() => folderBytes() > room);
    const journal_ = await journal({ maxBytes: 16 * MEBIBYTE });
    const texts = Array.from({ length: 120 }, (_, i) => String(i).padEnd(100_000));
    await appendTo(journal_, ...texts);
    await journal_.close();
    expect(journal_.skipped).toBe(0);
    expect(problems).toEqual([
      `The disk of "${folder}" is full, and the oldest of what was kept there gives way.`,
    ]);
    const kept = (await read(await journal())).map((text) => Number(text));
    expect(kept.length).toBeGreaterThan(60);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 120 - kept.length + i));
  });
});

describe('a folder', () => {
  it('that is removed is made again', async () => {
    const journal_ = await journal();
    rmSync(folder, { recursive: true });
    await appendTo(journal_, 'a');
    await journal_.close();
    expect(problems).toEqual([]);
    expect(await read(await journal())).toEqual(['a']);
  });

  it('in the place of which there is something else is told of once, and tried again', async () => {
    const journal_ = await journal();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    await appendTo(journal_, 'a', 'b');
    now += 10_000;
    await appendTo(journal_, 'c');
    expect(problems).toEqual([expect.stringContaining('cannot be written: EEXIST')]);
    rmSync(folder);
    now += 10_000;
    await appendTo(journal_, 'd');
    expect(problems.slice(1)).toEqual([expect.stringContaining('3 requests that came in')]);
    await journal_.close();
    expect(await read(await journal())).toEqual(['d']);
  });

  it('that another process has taken over is left to that one', async () => {
    const first = await journal();
    await appendTo(first, 'a');
    const holder = readdirSync(folder).find((name) => name.endsWith('.owner')) ?? '';
    rmSync(join(folder, holder));
    const second = await journal();
    // Its own segment is full of time, and it looks again.
    now += 3_600_000;
    await appendTo(first, 'b');
    expect(problems).toEqual([expect.stringContaining('is in use by the process')]);
    expect(first.skipped).toBe(1);
    await appendTo(second, 'c');
    await second.close();
    expect(await read(await journal({ folder }))).not.toContain('b');
  });
});

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
