import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FolderLock } from '../../../src/live/journal/lock.js';
import { type BuiltProgram, buildProgram } from '../../support/build.js';
import { type Child, startChild } from '../../support/child.js';

let folder = '';
let program: BuiltProgram;
const children: Child[] = [];
const locks: FolderLock[] = [];

beforeAll(async () => {
  program = await buildProgram('src/live/journal/lock.ts');
});
afterAll(() => program.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meterbook-lock-'));
});
afterEach(() => {
  for (const { process: child } of children.splice(0)) child.kill('SIGKILL');
  for (const lock of locks.splice(0)) lock.release();
  rmSync(folder, { recursive: true, force: true });
});

/** What a process says of a lock that it tries to take; it stays where it has got it. */
const TAKING = (where: string) => `
  import { FolderLock } from ${JSON.stringify(program.url)};
  try {
    new FolderLock(${JSON.stringify(where)});
    console.log('has it');
    setInterval(() => {}, 1_000);
  } catch (error) {
    console.log('refused: ' + error.message);
  }`;

function startTaking(): Child {
  const child = startChild(TAKING(folder));
  children.push(child);
  return child;
}

/** Leaves the folder as a process does that is killed while it has it. */
async function leaveStale(): Promise<void> {
  const child = startTaking();
  await child.said(/has it/);
  child.process.kill('SIGKILL');
  await child.ended;
}

function isTaken(): boolean {
  try {
    locks.push(new FolderLock(folder));
    return true;
  } catch {
    return false;
  }
}

/** Calls of the file system by which a folder is taken. */
const CALLS = [
  'openSync',
  'writeFileSync',
  'readFileSync',
  'readdirSync',
  'mkdirSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'unlinkSync',
  'existsSync',
] as const;

/** Runs something, and something else just before its n-th call of the file system. Gives how many it made. */
function interleave(nth: number, run: () => void, other: () => void): number {
  const real = Object.fromEntries(CALLS.map((name) => [name, fs[name]]));
  let calls = 0;
  let isOther = false;
  for (const name of CALLS) {
    const call = real[name] as (...args: unknown[]) => unknown;
    (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      if (!isOther && calls++ === nth) {
        isOther = true;
        other();
        isOther = false;
      }
      return call(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
  return calls;
}

describe('the lock of a folder', () => {
  it.each([
    ['that nobody has', async () => undefined],
    ['of a process that was killed', leaveStale],
  ])('%s goes to one of two, whatever the moment at which the second comes', async (_, prepare) => {
    let calls = 1;
    for (let nth = 0; nth < calls; nth++) {
      rmSync(folder, { recursive: true });
      fs.mkdirSync(folder);
      await prepare();
      const has: boolean[] = [];
      calls = interleave(
        nth,
        () => has.push(isTaken()),
        () => has.push(isTaken()),
      );
      for (const lock of locks.splice(0)) lock.release();
      expect(has.sort(), `the second came before call ${nth}`).toEqual([false, true]);
    }
    expect(calls).toBeGreaterThan(2);
  });

  it('goes to one of many processes that start at once', async () => {
    await leaveStale();
    const all = Array.from({ length: 6 }, startTaking);
    const said = await Promise.all(all.map((child) => child.said(/has it|refused/)));
    expect(said.filter((line) => line === 'has it')).toHaveLength(1);
    for (const line of said) expect(line).toMatch(/^has it$|is in use by the process \d+/);
  });

  it('of a process that is dead and not reaped is taken over', async () => {
    // A process that has become another program does not know of its children.
    const unreaped = '"$0" --input-type=module --eval "$1" & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', unreaped, process.execPath, TAKING(folder)]);
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      await expect.poll(() => readdirSync(folder).length, { timeout: 10_000 }).toBeGreaterThan(0);
      await expect.poll(isRefused, { timeout: 10_000 }).toBe(true);
      process.kill(pid, 'SIGKILL');
      await expect
        .poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), { timeout: 10_000 })
        .toMatch(/\) Z /);
      new FolderLock(folder).release();
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** What a process has left that has the folder, with other words about itself and a sign of life some time ago. */
function seemTo(identity: object, silentSeconds: number): void {
  const [id = ''] = readdirSync(join(folder, 'holder'));
  const path = join(folder, `${id}.owner`);
  const own: object = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...own, ...identity }));
  const then = Date.now() / 1_000 - silentSeconds;
  utimesSync(path, then, then);
}

describe('the holder of a folder', () => {
  it.each([
    ['of another container is alive while it gives signs', { place: 'elsewhere' }, 20, false],
    ['of another container that is silent is dead', { place: 'elsewhere' }, 31, true],
    ['that is gone is dead at once', { pid: 2 ** 22 + 1 }, 0, true],
    ['whose id is this process’s now is dead at once', { start: '1' }, 0, true],
  ])('%s', async (_, identity, silentSeconds, isDead) => {
    expect(isTaken()).toBe(true);
    seemTo(identity, silentSeconds);
    expect(isTaken()).toBe(isDead);
    // Nothing is left of a dead one.
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is named, and what can be done', () => {
    expect(isTaken()).toBe(true);
    const where = () => new FolderLock(folder);
    expect(where).toThrow(`The folder "${folder}" is in use by the process ${process.pid}.`);
    seemTo({ place: 'elsewhere', pid: 1 }, 0);
    expect(where).toThrow('is in use by the process 1 of another container or machine.');
    writeFileSync(join(folder, readdirSync(folder).find((it) => it.endsWith('.owner'))!), '{');
    expect(where).toThrow('is in use by another process.');
  });

  it('that was only thought dead gets it back when the other one lets it go', () => {
    const first = new FolderLock(folder);
    locks.push(first);
    first.renew();
    seemTo({ place: 'elsewhere' }, 31);
    const second = new FolderLock(folder);
    expect(() => first.renew()).toThrow('is in use by');
    second.renew();
    second.release();
    first.renew();
    expect(isTaken()).toBe(false);
  });

  it('has it again where the folder was removed', () => {
    const lock = new FolderLock(folder);
    locks.push(lock);
    rmSync(folder, { recursive: true });
    fs.mkdirSync(folder);
    lock.renew();
    expect(isTaken()).toBe(false);
  });

  it('leaves nothing behind', () => {
    new FolderLock(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** Whether another process has it; it is let go again where not. */
function isRefused(): boolean {
  try {
    new FolderLock(folder).release();
    return false;
  } catch {
    return true;
  }
}
