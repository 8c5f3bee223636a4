import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SpooledEntry } from '../../src/otel/spool/index.js';
import {
  filesOf,
  type Opened,
  openSpool,
  seemDead,
  steppingClock,
  temporaryDirectory,
} from '../otel/support/spools.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

/** The processes that may be on the directory at once. */
const PROCESSES = 3;

/** What a process can do, or what can happen to it; `pick` chooses among what there is. */
type Step =
  | {
      readonly do: 'write';
      readonly who: number;
      readonly how: 'writeSync' | 'write';
      readonly inFlight: boolean;
      readonly size: number;
    }
  | { readonly do: 'next'; readonly who: number }
  | { readonly do: 'end'; readonly who: number; readonly how: 'close' | 'crash' }
  | { readonly do: 'remove' | 'release'; readonly who: number; readonly pick: number }
  | { readonly do: 'damage'; readonly pick: number; readonly how: 'cut' | 'garble' };

const who = fc.nat({ max: PROCESSES - 1 });
const pick = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      who,
      how: fc.constantFrom('writeSync' as const, 'write' as const),
      inFlight: fc.boolean(),
      size: fc.nat({ max: 300 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('next' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'release' as const), who, pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      who,
      how: fc.constantFrom('close' as const, 'crash' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('damage' as const),
      pick,
      how: fc.constantFrom('cut' as const, 'garble' as const),
    }),
  },
);

/** An entry as the model has it. Its number is also its place in the order, for all share a clock. */
interface Kept {
  readonly number: number;
  readonly points: number;
  readonly body: Buffer;
  /** The opening whose it is; a process that opens again is another. */
  holder: Opened | undefined;
  isTaken: boolean;
  isDamaged: boolean;
}

/** A directory with processes on it, and what should be in it. */
class World {
  readonly clock = steppingClock();
  readonly place = temporaryDirectory();
  readonly all: Opened[] = [];
  readonly live: Opened[] = [];
  readonly kept = new Map<string, Kept>();
  written = 0;
  removed = 0;
  damaged = 0;
  private numbers = 0;

  constructor(private readonly maxBytes: number) {
    for (let i = 0; i < PROCESSES; i++) this.open(i);
  }

  open(i: number): void {
    const options = { clock: this.clock, maxBytes: this.maxBytes };
    const opened = openSpool(this.place.path, options);
    this.live[i] = opened;
    this.all.push(opened);
  }

  /** What belongs to a process that is no more is anybody's. */
  leave(gone: Opened): void {
    for (const it of this.kept.values()) {
      if (it.holder === gone) Object.assign(it, { holder: undefined, isTaken: false });
    }
  }

  async write(opened: Opened, step: Extract<Step, { do: 'write' }>): Promise<void> {
    const number = ++this.numbers;
    const body = Buffer.alloc(step.size, number);
    const points = number * 3;
    const { inFlight } = step;
    const id = await opened.spool[step.how]({ body, points }, { inFlight });
    if (id === false) return;
    this.written += points;
    const isDamaged = false;
    this.kept.set(id, { number, points, body, holder: opened, isTaken: inFlight, isDamaged });
    this.forgetDropped();
  }

  /** What should be handed out to a process next; what is damaged before it is set aside. */
  async next(opened: Opened): Promise<void> {
    const found = await opened.spool.next();
    const mine = [...this.kept]
      .filter(([, it]) => !it.isTaken && (it.holder === opened || it.holder === undefined))
      .sort(([, a], [, b]) => a.number - b.number);
    for (const [id, it] of mine) {
      if (!it.isDamaged) {
        expect(shown(found)).toEqual({ id, points: it.points, body: it.body.toString('hex') });
        Object.assign(it, { holder: opened, isTaken: true });
        return;
      }
      this.damaged += it.points;
      this.kept.delete(id);
    }
    expect(found).toBeUndefined();
  }

  /** Damages a file of an entry that is not in flight. */
  damage(pick: number, how: 'cut' | 'garble'): void {
    const names = filesOf(this.place.path, 'otlp1');
    const name = names[pick % names.length];
    if (name === undefined) return;
    const kept = this.kept.get(name.split('-').slice(0, 3).join('-'));
    if (kept === undefined) throw new Error(`${name} is unknown to the model`);
    const path = join(this.place.path, name);
    if (how === 'cut') truncateSync(path, 17);
    else writeFileSync(path, 'garbled', { flag: 'r+' });
    kept.isDamaged = true;
  }

  /** Which give way is the business of the tests of `maxBytes`; here, that they are counted. */
  forgetDropped(): void {
    const names = new Set(
      filesOf(this.place.path, 'otlp1').map((name) => name.split('-').slice(0, 3).join('-')),
    );
    for (const [id, it] of this.kept) {
      if (names.has(id)) continue;
      expect(it.isTaken).toBe(false);
      this.kept.delete(id);
    }
  }

  total(count: 'droppedPoints' | 'corruptPoints' | 'missingPoints'): number {
    return this.all.reduce((sum, { spool }) => sum + spool.counts()[count], 0);
  }

  waiting(): number {
    return [...this.kept.values()].reduce((sum, { points }) => sum + points, 0);
  }
}

function shown(found: SpooledEntry | undefined) {
  if (found === undefined) return undefined;
  return { ...found, body: Buffer.from(found.body).toString('hex') };
}

async function run(world: World, step: Step): Promise<void> {
  if (step.do === 'damage') {
    world.damage(step.pick, step.how);
    return;
  }
  const opened = world.live[step.who]!;
  const { spool, holder } = opened;
  if (step.do === 'write') await world.write(opened, step);
  else if (step.do === 'next') await world.next(opened);
  else if (step.do === 'end') {
    if (step.how === 'close') spool.close();
    else seemDead(world.place.path, holder);
    world.leave(opened);
    world.open(step.who);
  } else {
    const taken = [...world.kept].filter(([, it]) => it.isTaken && it.holder === opened);
    const chosen = taken['pick' in step ? step.pick % taken.length : 0];
    if (chosen === undefined) return;
    const [id, it] = chosen;
    spool[step.do](id);
    if (step.do === 'release') it.isTaken = false;
    else {
      world.removed += it.points;
      world.kept.delete(id);
    }
  }
}

describe('processes that write, send, crash and come back on one directory, in any order', () => {
  // No sign of life by itself: those that crash are dropped and made to look dead.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  const holds = (maxBytes: number) =>
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
      const world = new World(maxBytes);
      try {
        for (const it of steps) {
          await run(world, it);
          expect(world.written).toBe(
            world.removed +
              world.waiting() +
              world.total('droppedPoints') +
              world.total('corruptPoints'),
          );
        }
        expect(world.total('corruptPoints')).toBe(world.damaged);
        expect(world.total('missingPoints')).toBe(0);

        // The last of them gets everything that is left, in order.
        const last = world.live[0]!;
        for (const it of world.live.slice(1)) {
          it.spool.close();
          world.leave(it);
        }
        for (const [id, it] of world.kept) {
          last.spool.release(id);
          it.isTaken = false;
        }
        while ([...world.kept.values()].some(({ isTaken }) => !isTaken)) await world.next(last);
        expect(await last.spool.next()).toBeUndefined();
        expect(last.spool.counts()).toMatchObject({
          entries: world.kept.size,
          points: world.waiting(),
        });
      } finally {
        for (const { spool } of world.live) spool.close();
        world.place.remove();
      }
    });

  it('each entry is one process’s at a time, whole, in order, and counted', {
    timeout: PROPERTY_TIMEOUT,
  }, async () => {
    await fc.assert(holds(2 ** 20), tries(60));
  });

  it('the same where the oldest have to give way', { timeout: PROPERTY_TIMEOUT }, async () => {
    await fc.assert(holds(900), tries(60));
  });
});
