import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '../support/child.js';
import { drain, entry, filesOf, openSpool, temporaryDirectory } from './support/spools.js';

let folder: string;
let url: string;
let place: ReturnType<typeof temporaryDirectory>;

beforeAll(async () => {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'meterbook-spool-'));
  const outfile = join(folder, 'spool.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/otel/spool/index.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
  });
  url = pathToFileURL(outfile).href;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place.remove());

/** A process with a spool on the directory, which goes on as the text says. */
const start = (rest: string, directory = place.path) =>
  startChild(`
    import { writeSync } from 'node:fs';
    import { Spool } from ${JSON.stringify(url)};
    const say = (line) => writeSync(1, line + '\\n');
    const spool = Spool.open({
      directory: ${JSON.stringify(directory)},
      onProblem: (message) => say('problem: ' + message),
    });
    const entry = (text) => ({ body: Buffer.from(text.padEnd(20_000, '.')), points: 1 });
    ${rest}`);

const numbers = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(word)).map((line) => Number(line.split(' ')[1]));

describe('a process', () => {
  it('is not held open by its spool, and leaves no file but its entries', async () => {
    const child = start(`spool.writeSync(entry('1')); spool.close(); say('end');`);
    expect(await child.ended).toMatchObject({ code: 0, stdout: ['end'], stderr: '' });
    expect(filesOf(place.path, 'otlp1')).toHaveLength(1);
    expect(filesOf(place.path, 'owner')).toEqual([]);
    const open = start(`say('end');`);
    expect((await open.ended).code).toBe(0);
  });

  it('that ends without closing is known to be dead at once', async () => {
    const child = start(`spool.writeSync({ body: Buffer.from('left'), points: 1 }); say('end');`);
    await child.ended;
    expect(filesOf(place.path, 'owner')).toHaveLength(1);
    const { spool } = openSpool(place.path);
    expect(await drain(spool)).toEqual(['left']);
    spool.close();
    expect(filesOf(place.path, 'owner')).toEqual([]);
  });

  it('that is dead and not reaped is dead', async () => {
    const program = `
      import { Spool } from ${JSON.stringify(url)};
      const spool = Spool.open({ directory: ${JSON.stringify(place.path)}, onProblem() {} });
      spool.writeSync({ body: Buffer.from('left'), points: 1 });`;
    // A process that has become another program does not know of its children.
    const unreaped = '"$0" --input-type=module --eval "$1" & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', unreaped, process.execPath, program]);
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      await expect
        .poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), { timeout: 10_000 })
        .toMatch(/\) Z /);
      const { spool } = openSpool(place.path);
      expect(await drain(spool)).toEqual(['left']);
      spool.close();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('that is stopped is not dead', async () => {
    const child = start(
      `spool.writeSync(entry('1')); say('written'); setInterval(() => {}, 1000);`,
    );
    await child.said(/written/);
    child.process.kill('SIGSTOP');
    // As if it had stood still for an hour.
    const owner = filesOf(place.path, 'owner')[0]!;
    execFileSync('touch', ['-d', '1 hour ago', join(place.path, owner)]);
    const { spool } = openSpool(place.path);
    expect(await spool.next()).toBeUndefined();
    child.process.kill('SIGKILL');
    await child.ended;
    expect((await spool.next())?.points).toBe(1);
    spool.close();
  });
});

describe('SIGKILL in the middle of writing', () => {
  it.each([
    ['writeSync', 'setImmediate(loop);'],
    ['write', 'await null; loop();'],
  ])('leaves whole entries, all that %s had confirmed, in order', async (how, again) => {
    let expected = 0;
    for (const millis of [5, 25, 60]) {
      const child = start(`
        let i = ${expected};
        const loop = async () => {
          say('begun ' + i);
          await spool.${how}(entry(String(i)));
          say('written ' + i++);
          ${again}
        };
        loop();`);
      await child.said(/written/);
      await setTimeout(millis);
      child.process.kill('SIGKILL');
      const { stdout } = await child.ended;
      const begun = numbers(stdout, 'begun');
      const confirmed = numbers(stdout, 'written');
      const { spool, said } = openSpool(place.path);
      const bodies = (await drain(spool)).map((body) => {
        expect(body).toMatch(/^\d+\.+$/);
        expect(body).toHaveLength(20_000);
        return Number.parseInt(body, 10);
      });
      // The last one may have been finished without its process living to tell.
      expect([confirmed, begun]).toContainEqual(bodies);
      const { corruptFiles, corruptPoints, missingPoints } = spool.counts();
      expect(corruptFiles).toBeLessThanOrEqual(1);
      expect(said).toHaveLength(corruptFiles);
      expect({ corruptPoints, missingPoints }).toEqual({ corruptPoints: 0, missingPoints: 0 });
      expect(filesOf(place.path, 'tmp')).toEqual([]);
      spool.close();
      expected = (begun.at(-1) ?? 0) + 1;
    }
  });
});

describe('two processes at once', () => {
  it('write and send on one directory without one entry lost or sent twice', async () => {
    const before = openSpool(place.path);
    for (let i = 0; i < 100; i++) before.spool.writeSync(entry(`before ${i}`));
    before.spool.close();
    const program = (name: string) => `
      for (let i = 0; i < 60; i++) {
        if (i % 2 === 0) spool.writeSync({ body: Buffer.from('${name} ' + i), points: 1 });
        else await spool.write({ body: Buffer.from('${name} ' + i), points: 1 });
        const it = await spool.next();
        say('sent ' + Buffer.from(it.body));
        if (i % 5 === 0) { say('back ' + Buffer.from(it.body)); spool.release(it.id); }
        else spool.remove(it.id);
      }
      spool.close();
      say('counts ' + JSON.stringify(spool.counts()));`;
    const ended = await Promise.all([start(program('a')).ended, start(program('b')).ended]);
    const settled: string[] = [];
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.filter((line) => line.startsWith('problem'))).toEqual([]);
      const sent = stdout.filter((line) => line.startsWith('sent ')).map((line) => line.slice(5));
      for (const line of stdout.filter((it) => it.startsWith('back '))) {
        sent.splice(sent.indexOf(line.slice(5)), 1);
      }
      settled.push(...sent);
    }
    const { spool } = openSpool(place.path);
    settled.push(...(await drain(spool)));
    spool.close();
    const all = (name: string, length: number) => Array.from({ length }, (_, i) => `${name} ${i}`);
    expect(settled.sort()).toEqual(
      [...all('before', 100), ...all('a', 60), ...all('b', 60)].sort(),
    );
  });
});

describe('a disk that takes no more', () => {
  it.each(['writeSync', 'write'])(
    '%s is reported and leaves nothing half, and the service goes on',
    (how) => {
      // A limit of the size of files, at most 16 kB: the write fails in the middle of the body.
      const program = `
      import { Spool } from ${JSON.stringify(url)};
      const said = [];
      const directory = ${JSON.stringify(place.path)};
      const spool = Spool.open({ directory, onProblem: (it) => said.push(it) });
      const of = (bytes) => ({ body: Buffer.alloc(bytes, 1), points: 5 });
      const ids = [];
      for (const bytes of [100, 60_000, 200]) ids.push(typeof await spool.${how}(of(bytes)));
      const sizes = [];
      for (let it = await spool.next(); it; it = await spool.next()) {
        sizes.push(it.body.length);
        spool.remove(it.id);
      }
      console.log(JSON.stringify({ ids, sizes, said, counts: spool.counts() }));`;
      const limited = 'ulimit -f 16; exec "$0" --input-type=module --eval "$1"';
      const output = execFileSync('sh', ['-c', limited, process.execPath, program]);
      const { ids, sizes, said, counts } = JSON.parse(output.toString());
      expect(ids).toEqual(['string', 'boolean', 'string']);
      expect(sizes).toEqual([100, 200]);
      expect(said).toEqual([expect.stringMatching(/cannot keep 5 points: EFBIG: [^,]*\. Fix: /)]);
      expect(counts).toMatchObject({ entries: 0, corruptFiles: 0, missingPoints: 0 });
      expect([...filesOf(place.path, 'tmp'), ...filesOf(place.path, 'otlp1')]).toEqual([]);
    },
  );
});
