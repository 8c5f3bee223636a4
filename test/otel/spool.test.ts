import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Spool } from '../../src/otel/spool/index.js';
import {
  drain,
  entry,
  filesOf,
  openSpool,
  seemDead,
  steppingClock,
  temporaryDirectory,
} from './support/spools.js';

let place: ReturnType<typeof temporaryDirectory>;
let directory: string;
let clock: ReturnType<typeof steppingClock>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  clock = steppingClock();
  place = temporaryDirectory();
  directory = join(place.path, 'spool');
});
afterEach(() => {
  vi.useRealTimers();
  place.remove();
});
const open = (options: Parameters<typeof openSpool>[1] = {}) =>
  openSpool(directory, { clock, ...options });

describe('what is written', () => {
  it('comes back byte for byte, in order, whichever way it was written', async () => {
    const { spool, said } = open();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
    spool.writeSync({ body: bytes, points: 7 });
    await spool.write({ body: new Uint8Array(0), points: 0 });
    spool.writeSync(entry('last'));
    expect(spool.counts()).toMatchObject({ entries: 3, points: 8, bytes: 70_000 + 4 + 3 * 40 });

    const first = await spool.next();
    expect(Buffer.from(first!.body).equals(bytes)).toBe(true);
    expect(first!.points).toBe(7);
    spool.remove(first!.id);
    expect(await drain(spool)).toEqual(['', 'last']);
    expect(spool.counts()).toMatchObject({ entries: 0, points: 0, bytes: 0 });
    spool.close();
    expect([...filesOf(directory, 'otlp1'), ...filesOf(directory, 'owner')]).toEqual([]);
    expect(said).toEqual([]);
  });

  it('keeps its order when the clock is set back', async () => {
    const times = [5_000, 3_000, 1_000];
    const { spool } = open({ clock: { now: () => times.shift() ?? 0, monotonic: () => 0 } });
    for (const text of ['a', 'b', 'c']) spool.writeSync(entry(text));
    expect(await drain(spool)).toEqual(['a', 'b', 'c']);
  });

  it('can be read by its owner alone', () => {
    const { spool } = open();
    spool.writeSync(entry('secret'));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const kind of ['otlp1', 'owner'] as const) {
      expect(statSync(join(directory, filesOf(directory, kind)[0]!)).mode & 0o077).toBe(0);
    }
  });

  it('is the sender’s while in flight, and comes back to its place', async () => {
    const { spool } = open();
    const id = spool.writeSync(entry('first'), { inFlight: true });
    spool.writeSync(entry('second'));
    expect(await spool.next()).toMatchObject({ body: Buffer.from('second') });
    expect(await spool.next()).toBeUndefined();
    spool.release(id as string);
    expect(await spool.next()).toMatchObject({ id, body: Buffer.from('first') });
    spool.release('unknown');
    spool.remove('unknown');
    expect(spool.counts().entries).toBe(2);
  });

  it('is handed out once, to callers at the same time too', async () => {
    const { spool } = open();
    for (let i = 0; i < 20; i++) spool.writeSync(entry(String(i)));
    const all = await Promise.all(Array.from({ length: 25 }, () => spool.next()));
    const ids = all.filter((it) => it !== undefined).map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(ids).toHaveLength(20);
  });

  it('is not written with points that are no whole number', () => {
    const { spool, said } = open();
    for (const points of [-1, 0.5, Number.NaN]) {
      expect(spool.writeSync({ body: new Uint8Array(1), points })).toBe(false);
    }
    expect(said).toHaveLength(3);
  });
});

describe('an entry that is being written', () => {
  /** Lets the disk and what waits for it go on for so many turns. */
  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it.each([0, 1, 2, 3, 5, 8, 13, 100])(
    'and is written at once then is there once, %d turns later',
    async (count) => {
      const [a, b] = [open(), open()];
      const it = entry('once', 3);
      const writing = a.spool.write(it);
      await turns(count);
      expect(a.spool.writeSync(it)).toMatch(/^\d{15}-/);
      expect(a.spool.counts()).toMatchObject({ entries: 1, points: 3 });
      a.spool.close();
      const bodies = await drain(b.spool);
      await writing;
      expect([...bodies, ...(await drain(b.spool))]).toEqual(['once']);
      expect(filesOf(directory, 'tmp')).toEqual([]);
      expect(filesOf(directory, 'owner')).toEqual([`${b.holder}.owner`]);
      expect([...a.said, ...b.said.filter((line) => !line.includes('had not finished'))]).toEqual(
        [],
      );
    },
  );

  it('is written by one of the two as far as anybody can tell', async () => {
    const { spool } = open();
    const it = entry('once');
    const writing = spool.write(it);
    const id = spool.writeSync(it);
    // The other one has written it: nothing is left to count.
    expect(await writing).toBe(false);
    expect(await spool.next()).toMatchObject({ id });
    expect(await spool.next()).toBeUndefined();
    // Settled, and then written anew.
    spool.remove(id as string);
    expect(spool.writeSync(it)).not.toBe(false);
    expect(spool.counts()).toMatchObject({ entries: 1, missingPoints: 0 });
  });

  it('takes no room twice', () => {
    const { spool, said } = open({ maxBytes: 100 });
    const it = entry('x'.repeat(60));
    void spool.write(it);
    expect(spool.writeSync(it)).not.toBe(false);
    expect(said).toEqual([]);
  });

  it.each([0, 1, 2, 3, 5, 8])(
    'when its spool is closed makes nobody think that it is open, %d turns later',
    async (count) => {
      const [a, b] = [open(), open()];
      const writing = a.spool.write(entry('late', 3));
      await turns(count);
      a.spool.close();
      // Sets aside what looks unfinished.
      const bodies = await drain(b.spool);
      const isWritten = (await writing) !== false;
      expect(filesOf(directory, 'owner')).toEqual([`${b.holder}.owner`]);
      expect([...bodies, ...(await drain(b.spool))]).toEqual(isWritten ? ['late'] : []);
    },
  );
});

describe('several processes on one directory', () => {
  it('leave to each other what is theirs while they live', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('of a'));
    expect(await b.spool.next()).toBeUndefined();
    expect(b.spool.counts().entries).toBe(0);
    expect(await drain(a.spool)).toEqual(['of a']);
  });

  it('take over what one has left that was closed, also what was in flight', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'), { inFlight: true });
    a.spool.writeSync(entry('2'));
    a.spool.close();
    expect(await drain(b.spool)).toEqual(['1', '2']);
    expect(a.spool.writeSync(entry('3'))).toBe(false);
    expect(await a.spool.next()).toBeUndefined();
  });

  it('take over what one has left that gives no sign of life', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'));
    seemDead(directory, a.holder);
    expect(await drain(b.spool)).toEqual(['1']);
    expect(await b.spool.next()).toBeUndefined();
    expect(filesOf(directory, 'owner')).toEqual([`${b.holder}.owner`]);
  });

  it('keep a dead one’s own file for as long as there is something left of it', async () => {
    const [a, b] = [open(), open()];
    for (const text of ['1', '2']) a.spool.writeSync(entry(text));
    seemDead(directory, a.holder);
    await b.spool.next();
    expect(filesOf(directory, 'owner')).toContain(`${a.holder}.owner`);
    await b.spool.next();
    await b.spool.next();
    expect(filesOf(directory, 'owner')).toEqual([`${b.holder}.owner`]);
  });

  it('no longer count what another has taken over', async () => {
    const gone = open();
    gone.spool.writeSync(entry('1'));
    gone.spool.close();
    const [a, b] = [open(), open()];
    expect([a, b].map(({ spool }) => spool.counts().entries)).toEqual([1, 1]);
    expect(await drain(a.spool)).toEqual(['1']);
    b.spool.writeSync(entry('22'));
    expect(b.spool.counts()).toMatchObject({ entries: 1, bytes: 42, missingPoints: 0 });
  });

  it('do not send what one hands out while it is being closed', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'));
    const late = a.spool.next();
    a.spool.close();
    expect(await late).toBeUndefined();
    expect(await drain(b.spool)).toEqual(['1']);
  });

  it('never hand out the same entry twice', async () => {
    const gone = open();
    for (let i = 0; i < 30; i++) gone.spool.writeSync(entry(String(i)));
    gone.spool.close();
    const others = [open(), open(), open()];
    const bodies = await Promise.all(others.map(({ spool }) => drain(spool)));
    expect(bodies.flat().sort()).toEqual(Array.from({ length: 30 }, (_, i) => String(i)).sort());
    for (const { spool, said } of others) {
      expect(said).toEqual([]);
      expect(spool.counts().missingPoints).toBe(0);
    }
  });

  it('count what was taken from one that was only thought dead', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1', 5));
    seemDead(directory, a.holder);
    expect(await drain(b.spool)).toEqual(['1']);
    expect(await a.spool.next()).toBeUndefined();
    expect(a.spool.counts()).toMatchObject({ entries: 0, missingPoints: 5 });
    // It is known again with the next sign of life, and goes on.
    vi.advanceTimersByTime(10_000);
    a.spool.writeSync(entry('2'));
    expect(await b.spool.next()).toBeUndefined();
    expect(await drain(a.spool)).toEqual(['2']);
  });

  it('give signs of life', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'));
    seemDead(directory, a.holder);
    vi.advanceTimersByTime(10_000);
    expect(await b.spool.next()).toBeUndefined();
  });

  it.each([
    ['of this machine that is gone is dead at once', { pid: 2 ** 22 + 1 }, 0, true],
    [
      'whose id is another process’s by now is dead at once',
      { pid: process.ppid, start: '1' },
      0,
      true,
    ],
    ['whose id is this process’s by now is dead at once', { start: '1' }, 0, true],
    [
      'that lives is alive however silent',
      { pid: process.ppid, start: startOf(process.ppid) },
      3_600,
      false,
    ],
    ['of another machine is alive while it gives signs', { place: 'elsewhere' }, 20, false],
    ['of another machine is dead after half a minute of silence', { place: 'elsewhere' }, 31, true],
    ['of another machine is dead whose sign lies far ahead', { place: 'elsewhere' }, -3_600, true],
    ['that cannot tell who it is goes by its signs', { place: '' }, 20, false],
  ])('a process %s', async (_, identity, silentSeconds, isDead) => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'));
    const file = join(directory, `${a.holder}.owner`);
    const own: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...own, ...identity }));
    const then = Date.now() / 1000 - silentSeconds;
    utimesSync(file, then, then);
    expect(await drain(b.spool)).toEqual(isDead ? ['1'] : []);
  });

  it.each(['', '{', 'null', '[]', '{"place":1}'])(
    'an owner file that says %j goes by its time',
    async (text) => {
      const [a, b] = [open(), open()];
      a.spool.writeSync(entry('1'));
      writeFileSync(join(directory, `${a.holder}.owner`), text);
      expect(await b.spool.next()).toBeUndefined();
      seemDead(directory, a.holder);
      expect(await drain(b.spool)).toEqual(['1']);
    },
  );
});

describe('what is damaged', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['cut within its body', (path) => truncateSync(path, 42)],
    ['cut within its header', (path) => truncateSync(path, 12)],
    ['empty', (path) => truncateSync(path, 0)],
    ['longer', (path) => writeFileSync(path, 'x', { flag: 'a' })],
    ['another in its body', (path) => change(path, 45)],
    ['another in its magic', (path) => change(path, 0)],
    ['another in its version', (path) => change(path, 7)],
    ['another in its points', (path) => change(path, 15)],
    ['another in its length', (path) => change(path, 23)],
    ['another in its checksum', (path) => change(path, 30)],
    [
      'renamed to say other points',
      (path) => renameSync(path, path.replace(/-1-(\d+)\./, '-2-$1.')),
    ],
    [
      'a directory',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'a symbolic link',
      (path) => {
        renameSync(path, `${path}.real`);
        symlinkSync(`${path}.real`, path);
      },
    ],
  ];
  it.each(damages)('%s: is set aside and counted, and the next is sent', async (_, damage) => {
    const gone = open();
    for (const text of ['damaged', 'whole']) gone.spool.writeSync(entry(text));
    damage(join(directory, filesOf(directory, 'otlp1')[0]!));
    gone.spool.close();
    const { spool, said } = open();
    expect(await drain(spool)).toEqual(['whole']);
    const { corruptFiles, corruptPoints } = spool.counts();
    expect(corruptFiles).toBe(1);
    expect(corruptPoints).toBeGreaterThanOrEqual(1);
    expect(filesOf(directory, 'corrupt')).toHaveLength(1);
    expect(said).toEqual([expect.stringMatching(/set the file .* aside: .* Fix: /)]);
    // It is not looked at again.
    expect(await open().spool.next()).toBeUndefined();
  });

  it('is kept for ten files and no more', async () => {
    const { spool } = open();
    for (let i = 0; i < 25; i++) spool.writeSync(entry(`entry ${i}`));
    const names = filesOf(directory, 'otlp1');
    for (const name of names) truncateSync(join(directory, name), 3);
    expect(await spool.next()).toBeUndefined();
    expect(spool.counts()).toMatchObject({ entries: 0, corruptFiles: 25, corruptPoints: 25 });
    const kept = filesOf(directory, 'corrupt');
    expect(kept).toEqual(names.slice(15).map((name) => name.replace(/otlp1$/, 'corrupt')));
  });

  it('is what a dead process had not finished, and not what a live one is writing', async () => {
    const [a, b] = [open(), open()];
    a.spool.writeSync(entry('1'));
    const name = filesOf(directory, 'otlp1')[0]!;
    renameSync(join(directory, name), join(directory, name.replace(/otlp1$/, 'tmp')));
    await b.spool.next();
    expect(filesOf(directory, 'tmp')).toHaveLength(1);
    a.spool.close();
    await b.spool.next();
    expect(filesOf(directory, 'tmp')).toHaveLength(0);
    expect(b.spool.counts()).toMatchObject({ corruptFiles: 1, corruptPoints: 0 });
  });

  it('is no business of the spool where it is none of its files', async () => {
    mkdirSync(directory, { mode: 0o700 });
    for (const name of ['notes.txt', 'x.otlp1', 'x.owner', '.corrupt']) {
      writeFileSync(join(directory, name), name);
    }
    const { spool } = open();
    expect(await spool.next()).toBeUndefined();
    expect(spool.counts()).toMatchObject({ entries: 0, corruptFiles: 0 });
    for (const name of ['notes.txt', 'x.otlp1', 'x.owner', '.corrupt']) {
      expect(readFileSync(join(directory, name), 'utf8')).toBe(name);
    }
  });
});

describe('maxBytes', () => {
  const size = 100;
  const of = (text: string, points = 1) => entry(text.padEnd(size - 40), points);
  const texts = async (spool: Spool) => (await drain(spool)).map((it) => it.trim());

  it('makes the oldest give way, and counts them', async () => {
    const { spool, said } = open({ maxBytes: 3 * size });
    for (let i = 1; i <= 5; i++) spool.writeSync(of(String(i), i));
    expect(spool.counts()).toMatchObject({ entries: 3, bytes: 300, points: 12, droppedPoints: 3 });
    expect(filesOf(directory, 'otlp1')).toHaveLength(3);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/is full \(300 bytes\), and its oldest 1 points gave way\. Fix: /);
    expect(await texts(spool)).toEqual(['3', '4', '5']);
  });

  it('counts what dead processes have left, which gives way first', async () => {
    const gone = open();
    for (const text of ['1', '2', '3']) gone.spool.writeSync(of(text));
    gone.spool.close();
    const { spool } = open({ maxBytes: 3 * size });
    spool.writeSync(of('4'));
    expect(spool.counts()).toMatchObject({ entries: 3, droppedPoints: 1 });
    expect(await texts(spool)).toEqual(['2', '3', '4']);
  });

  it('never takes what is in flight, nor what is a live process’s', async () => {
    const [a, b] = [open({ maxBytes: 3 * size }), open({ maxBytes: 3 * size })];
    a.spool.writeSync(of('of a'));
    b.spool.writeSync(of('in flight'), { inFlight: true });
    b.spool.writeSync(of('waits', 4));
    expect(b.spool.writeSync(of('new'))).not.toBe(false);
    expect(b.spool.counts().droppedPoints).toBe(4);
    const before = b.spool.counts();
    expect(b.spool.writeSync(entry('x'.repeat(2 * size - 40)))).toBe(false);
    expect(b.said.at(-1)).toMatch(/no room for 200 bytes/);
    expect(b.spool.counts()).toEqual(before);
    expect(await texts(a.spool)).toEqual(['of a']);
  });

  it('counts what was set aside, which gives way before all else', async () => {
    const { spool } = open({ maxBytes: 3 * size });
    for (const text of ['bad', 'good']) spool.writeSync(of(text));
    truncateSync(join(directory, filesOf(directory, 'otlp1')[0]!), 50);
    spool.release((await spool.next())!.id);
    for (const text of ['more', 'still more']) spool.writeSync(of(text));
    expect(filesOf(directory, 'corrupt')).toEqual([]);
    expect(spool.counts()).toMatchObject({ droppedPoints: 0, corruptFiles: 1, entries: 3 });
  });

  describe('where a file that should give way cannot be removed', () => {
    /** A directory in the place of a file: nothing removes it that removes files. */
    const pin = (name: string) => {
      rmSync(join(directory, name));
      mkdirSync(join(directory, name));
    };

    it('the next oldest does, and what did is counted', () => {
      const { spool, said } = open({ maxBytes: 4 * size });
      for (let i = 1; i <= 4; i++) spool.writeSync(of(String(i), i));
      pin(filesOf(directory, 'otlp1')[1]!);
      // Room for two is needed: the first and the third give way.
      expect(spool.writeSync(entry('x'.repeat(2 * size - 40), 10))).not.toBe(false);
      expect(spool.counts()).toMatchObject({
        entries: 3,
        bytes: 4 * size,
        points: 2 + 4 + 10,
        droppedPoints: 1 + 3,
      });
      expect(said).toEqual([
        expect.stringMatching(/cannot remove what should give way: E[A-Z]+: .* Fix: /),
        expect.stringMatching(/its oldest 4 points gave way/),
      ]);
      expect(filesOf(directory, 'otlp1')).toHaveLength(3);
    });

    it('and no other may, what is new is refused, and what did is counted', () => {
      const { spool, said } = open({ maxBytes: 2 * size });
      for (let i = 1; i <= 2; i++) spool.writeSync(of(String(i), i));
      pin(filesOf(directory, 'otlp1')[1]!);
      expect(spool.writeSync(entry('x'.repeat(2 * size - 40), 10))).toBe(false);
      expect(spool.counts()).toMatchObject({
        entries: 1,
        bytes: size,
        points: 2,
        droppedPoints: 1,
      });
      expect(said.at(-1)).toMatch(/has no room for 200 bytes/);
      // It still has room for less.
      expect(spool.writeSync(of('3', 3))).not.toBe(false);
      expect(spool.counts()).toMatchObject({ entries: 2, droppedPoints: 1 });
    });

    it('and was set aside, it goes on taking room', async () => {
      const { spool } = open({ maxBytes: 3 * size });
      for (const text of ['bad', 'good']) spool.writeSync(of(text));
      truncateSync(join(directory, filesOf(directory, 'otlp1')[0]!), 50);
      spool.release((await spool.next())!.id);
      pin(filesOf(directory, 'corrupt')[0]!);
      for (const text of ['more', 'still more']) {
        expect(spool.writeSync(of(text))).not.toBe(false);
      }
      expect(filesOf(directory, 'corrupt')).toHaveLength(1);
      expect(spool.counts()).toMatchObject({ entries: 2, droppedPoints: 1 });
    });
  });

  it('refuses what is larger than the whole', () => {
    const { spool } = open({ maxBytes: 3 * size });
    spool.writeSync(of('1'));
    expect(spool.writeSync(entry('x'.repeat(300)))).toBe(false);
    expect(spool.counts()).toMatchObject({ entries: 1, droppedPoints: 0 });
  });
});

describe('what is settled and cannot be removed', () => {
  it.each(['by its process', 'at the end of its process'])('is removed later, %s', async (when) => {
    const [a, b] = [open({ maxBytes: 200 }), open()];
    a.spool.writeSync(entry('x'.repeat(60), 5));
    const found = await a.spool.next();
    const path = join(directory, filesOf(directory, 'otlp1')[0]!);
    renameSync(path, `${path}.away`);
    mkdirSync(path);
    a.spool.remove(found!.id);
    expect(a.said).toEqual([expect.stringMatching(/cannot remove what is settled/)]);
    // It takes room, and is nobody's to send.
    expect(a.spool.counts()).toMatchObject({ entries: 0, points: 0, droppedPoints: 0 });
    expect(await a.spool.next()).toBeUndefined();
    expect(a.spool.writeSync(entry('x'.repeat(61)))).toBe(false);
    rmSync(path, { recursive: true });
    renameSync(`${path}.away`, path);
    if (when === 'by its process') expect(await a.spool.next()).toBeUndefined();
    else a.spool.close();
    expect(filesOf(directory, 'otlp1')).toEqual([]);
    a.spool.close();
    expect(await b.spool.next()).toBeUndefined();
  });
});

describe('a directory that cannot be used', () => {
  const cases: readonly [string, () => string, RegExp][] = [
    ['is a file', () => aFile(), /Fix: name a directory/],
    ['is below a file', () => join(aFile(), 'x'), /ENOTDIR/],
    ['cannot be made', () => '/proc/meterbook/spool', /ENOENT.*Fix: name a directory that can/],
    ['has no name', () => ' ', /no directory is named/],
    ['has no such name', () => 'a\0b', /null bytes/],
    ['is writable by its group', () => writable(0o770), /mode 0770.*chmod go-w/],
    ['is writable by all', () => writable(0o777), /mode 0777.*chmod go-w/],
  ];
  it.each(cases)('%s: is reported once, and the spool keeps nothing', async (_, make, message) => {
    const said: string[] = [];
    const spool = Spool.open({ directory: make(), onProblem: (it) => said.push(it) });
    expect(spool.writeSync(entry('1'))).toBe(false);
    expect(await spool.write(entry('1'))).toBe(false);
    expect(await spool.next()).toBeUndefined();
    spool.remove('x');
    spool.release('x');
    spool.close();
    expect(spool.counts()).toMatchObject({ entries: 0, points: 0, bytes: 0 });
    expect(said).toEqual([expect.stringMatching(message)]);
  });

  it.each([0, -1, Number.NaN])('maxBytes %d is reported', (maxBytes) => {
    const { spool, said } = open({ maxBytes });
    expect(said).toEqual([expect.stringContaining(`maxBytes is ${maxBytes}`)]);
    expect(spool.writeSync(entry('1'))).toBe(false);
  });

  it('a listener that throws is not heard of', () => {
    const onProblem = (): never => {
      throw new Error('the logger');
    };
    expect(Spool.open({ directory: ' ', onProblem }).writeSync(entry('1'))).toBe(false);
  });

  const aFile = (): string => {
    writeFileSync(directory, '');
    return directory;
  };
  const writable = (mode: number): string => {
    mkdirSync(directory);
    chmodSync(directory, mode);
    return directory;
  };
});

describe('a directory that is removed while in use', () => {
  it.each(['writeSync', 'write'] as const)('is made again by %s', async (how) => {
    const { spool, said } = open();
    spool.writeSync(entry('lost', 9));
    rmSync(directory, { recursive: true });
    vi.advanceTimersByTime(10_000);
    expect(existsSync(directory)).toBe(false);
    expect(await spool[how](entry('kept'))).not.toBe(false);
    expect(said).toEqual([expect.stringContaining('was removed while in use')]);
    expect(await open().spool.next()).toBeUndefined();
    expect(await drain(spool)).toEqual(['kept']);
    expect(spool.counts()).toMatchObject({ entries: 0, missingPoints: 9 });
    expect(lstatSync(directory).mode & 0o777).toBe(0o700);
  });

  it('that cannot be made again is reported, and writes are refused', async () => {
    const { spool, said } = open();
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file in its place');
    expect(spool.writeSync(entry('1', 3))).toBe(false);
    expect(await spool.write(entry('1'))).toBe(false);
    expect(said).toContainEqual(expect.stringMatching(/cannot keep 3 points: .* Fix: /));
    expect(await spool.next()).toBeUndefined();
    expect(spool.counts().entries).toBe(0);
  });
});

/** When a process began, as the kernel tells it. */
function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}
