import { existsSync } from 'node:fs';
import { type Clock, systemClock } from '../../core/clock.js';
import { BEAT_MILLIS, codeOf, removeQuietly } from '../../disk/index.js';
import { decodeEntry, encodeHeader, HEADER_BYTES } from './entry-format.js';
import { entryId } from './file-names.js';
import { prepareDirectory, readWhole, writeWhole, writeWholeSync } from './files.js';
import { fileOf, Inventory, type Item } from './inventory.js';
import { Fault, Problems, reasonOf } from './problems.js';
import { SharedDirectory } from './shared-directory.js';
import type { SpoolCounts, SpoolEntry, SpooledEntry, SpoolOptions, WriteOptions } from './types.js';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** How old what is known of other processes may be when something depends on it, milliseconds. */
const LOOK_MILLIS = 5_000;
/** Errors that say nothing of the file: it is tried again. */
const TRANSIENT = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** What an open spool works with. */
interface Opened {
  readonly directory: SharedDirectory;
  readonly inventory: Inventory;
  readonly timer: NodeJS.Timeout;
}

/**
 * Keeps encoded requests on disk until they are sent, past the end of the process: the next one on
 * the directory sends them, in the order in which they were written. Any number of processes may
 * share a directory; how they know of each other is told at `Owner`.
 *
 * No method throws or rejects. What the disk refuses is told to `onProblem`, and the service goes
 * on; a directory that cannot be used makes an inert spool, which keeps nothing. Delivery is at
 * least once: an entry that was sent and not yet removed when its process died is sent again.
 */
export class Spool {
  private readonly clock: Clock;
  private readonly maxBytes: number;
  private readonly problems: Problems;
  private readonly opened: Opened | undefined;
  /** What `write` was given, by the object itself. */
  private readonly drafts = new WeakMap<SpoolEntry, Draft>();
  private isOpen: boolean;
  private lastLook: number;
  private lastMillis = 0;
  private counter = 0;

  private constructor({ directory, maxBytes, onProblem, clock }: SpoolOptions) {
    this.clock = clock ?? systemClock;
    this.maxBytes = maxBytes ?? DEFAULT_MAX_BYTES;
    this.problems = new Problems(directory, onProblem);
    this.opened = this.enter(directory);
    this.isOpen = this.opened !== undefined;
    this.lastLook = this.clock.monotonic();
  }

  /** Opens the directory, or makes it, and counts what is there. Synchronous; reads no entry. */
  static open(options: SpoolOptions): Spool {
    return new Spool(options);
  }

  /**
   * Writes an entry and waits until the disk has it: for a process that is about to die. Costs a
   * flush of the disk, often some milliseconds. Returns its id, or false where it was not written:
   * its points are then the caller's to count. The bytes are copied to disk before it returns.
   *
   * The very object that `write` has been given, and has not settled or has just written, is there once.
   */
  writeSync(entry: SpoolEntry, options: WriteOptions = {}): string | false {
    const begun = this.drafts.get(entry);
    const isKept = begun?.opened.inventory.has(begun.item) === true;
    if (isKept && begun.item.state !== 'writing') return begun.item.entry.id;
    const draft = isKept ? begun : this.begin(entry);
    if (draft === undefined) return false;
    const { temporary, path, parts } = draft;
    const write = (): void =>
      draft === begun ? this.overtake(draft) : writeWholeSync(temporary, path, parts);
    try {
      try {
        write();
      } catch (error) {
        this.restore(error, draft.opened);
        write();
      }
    } catch (error) {
      return this.refuse(draft, error);
    }
    return this.finish(draft, options);
  }

  /**
   * The same without keeping the event loop waiting, for a batch that is written before it is sent.
   * `body` must not change until the promise is settled. False too where `writeSync` has written the
   * entry meanwhile: then whoever called that knows of it.
   */
  async write(entry: SpoolEntry, options: WriteOptions = {}): Promise<string | false> {
    const draft = this.begin(entry);
    if (draft === undefined) return false;
    this.drafts.set(entry, draft);
    const { item, temporary, path, parts } = draft;
    const isOurs = (): boolean => item.state === 'writing' && draft.opened.inventory.has(item);
    const attempt = (): Promise<boolean> => writeWhole(temporary, path, parts, isOurs);
    try {
      try {
        await attempt();
      } catch (error) {
        if (!isOurs()) return false;
        this.restore(error, draft.opened);
        await attempt();
      }
    } catch (error) {
      return isOurs() ? this.refuse(draft, error) : false;
    }
    return isOurs() ? this.finish(draft, options) : false;
  }

  /**
   * Hands out the oldest entry that waits, of this process or of a dead one. Nobody else gets it
   * until `release`, or until this process is dead. `undefined` where none is left, or none can be
   * read now. What is damaged is set aside on the way.
   */
  async next(): Promise<SpooledEntry | undefined> {
    const { opened } = this;
    if (opened === undefined || !this.isOpen) return undefined;
    if (opened.inventory.oldestWaiting() === undefined) this.look(opened);
    else this.lookIfLate(opened);
    while (this.isOpen) {
      const item = opened.inventory.oldestWaiting();
      if (item === undefined) return undefined;
      try {
        if (!take(item, opened)) continue;
      } catch (error) {
        this.problems.failed('cannot take over what a dead process has left', error);
        return undefined;
      }
      const { entry } = item;
      try {
        const path = opened.directory.pathOf(entry, item.holder, 'otlp1');
        const body = decodeEntry(await readWhole(path, entry.bytes), entry.points);
        if (this.isOpen && opened.inventory.has(item)) {
          return { id: entry.id, body, points: entry.points };
        }
      } catch (error) {
        if (TRANSIENT.has(codeOf(error) ?? '')) {
          item.state = 'waiting';
          this.problems.failed('cannot read an entry now', error);
          return undefined;
        }
        if (opened.inventory.has(item)) lose(item, opened.inventory, error);
      }
    }
    return undefined;
  }

  /** Forgets an entry that is settled: accepted, or refused for good. Unknown ids are ignored. */
  remove(id: string): void {
    const item = this.opened?.inventory.get(id);
    if (item !== undefined) this.opened?.inventory.settle(item);
  }

  /** Puts an entry back into its place in the order, to be sent later. Unknown ids are ignored. */
  release(id: string): void {
    const item = this.opened?.inventory.get(id);
    if (item?.state === 'taken') item.state = 'waiting';
  }

  /** Costs a walk over the entries, nothing on the disk. */
  counts(): SpoolCounts {
    const nothing = { entries: 0, bytes: 0, points: 0, droppedPoints: 0 };
    return (
      this.opened?.inventory.counts() ?? {
        ...nothing,
        corruptFiles: 0,
        corruptPoints: 0,
        missingPoints: 0,
      }
    );
  }

  /**
   * Leaves the directory. What is in it is another process's to send from now on, what was handed
   * out too, so settle that before. Afterwards `remove` still works, and nothing else does.
   */
  close(): void {
    if (this.opened === undefined || !this.isOpen) return;
    this.isOpen = false;
    clearInterval(this.opened.timer);
    this.opened.inventory.settleRest();
    this.opened.directory.leave();
  }

  private enter(path: string): Opened | undefined {
    try {
      if (!(this.maxBytes > 0))
        throw new Fault(`maxBytes is ${this.maxBytes}`, 'name a number of bytes.');
      const directory = new SharedDirectory(prepareDirectory(path));
      const inventory = new Inventory(directory, this.maxBytes, this.problems);
      inventory.look();
      const timer = setInterval(() => directory.beat(), BEAT_MILLIS);
      return { directory, inventory, timer: timer.unref() };
    } catch (error) {
      this.problems.failed('cannot be used, and nothing is kept in it', error);
      return undefined;
    }
  }

  private look({ inventory }: Opened): void {
    this.lastLook = this.clock.monotonic();
    inventory.look();
  }

  private lookIfLate(opened: Opened): void {
    if (this.clock.monotonic() - this.lastLook >= LOOK_MILLIS) this.look(opened);
  }

  /** Finds a place for an entry; says why where there is none. */
  private begin({ body, points }: SpoolEntry): Draft | undefined {
    const { opened } = this;
    if (opened === undefined || !this.isOpen) return undefined;
    const { directory, inventory } = opened;
    const bytes = HEADER_BYTES + body.byteLength;
    try {
      if (!Number.isSafeInteger(points) || points < 0)
        throw new Fault(`it has ${points} points`, 'count whole points.');
      // Others have written meanwhile.
      this.lookIfLate(opened);
      if (!inventory.makeRoom(bytes)) {
        const what = `has no room for ${bytes} bytes, whatever of it may give way (maxBytes is ${this.maxBytes}).`;
        this.problems.say(what, 'raise maxBytes, or give each process a directory of its own.');
        return undefined;
      }
    } catch (error) {
      this.problems.failed('cannot take an entry', error);
      return undefined;
    }
    const id = this.newId(directory);
    const item: Item = { entry: { id, points, bytes }, holder: directory.holder, state: 'writing' };
    inventory.add(item);
    return {
      opened,
      item,
      temporary: directory.pathOf(item.entry, item.holder, 'tmp'),
      path: directory.pathOf(item.entry, item.holder, 'otlp1'),
      parts: [encodeHeader(body, points), body],
    };
  }

  private newId({ holder }: SharedDirectory): string {
    // The clock may be set back; the order stays.
    this.lastMillis = Math.max(this.lastMillis, Math.trunc(this.clock.now()));
    return entryId(this.lastMillis, this.counter++, holder);
  }

  /**
   * Writes what `write` has begun, under the same name: one of the two takes the other's place. What
   * `write` is at may still be under way in the system, and go on or not.
   */
  private overtake({ opened, item, temporary, path, parts }: Draft): void {
    // Without it nothing gets the name any more. It has gone where it has got it already.
    removeQuietly(temporary);
    if (existsSync(path)) return;
    const { directory } = opened;
    const another = { ...item.entry, id: this.newId(directory) };
    writeWholeSync(directory.pathOf(another, item.holder, 'tmp'), path, parts);
    // It may have been made meanwhile, and nobody comes back to it at the end of the process.
    removeQuietly(temporary);
  }

  /** Makes the directory again where it was removed; throws what it cannot mend. */
  private restore(error: unknown, { directory }: Opened): void {
    // Whoever has left is not to be known again.
    if (codeOf(error) !== 'ENOENT' || !this.isOpen) throw error;
    prepareDirectory(directory.path);
    directory.beat();
    this.problems.failed('was removed while in use, and is made again', error);
  }

  private finish({ item }: Draft, { inFlight = false }: WriteOptions): string {
    item.state = inFlight ? 'taken' : 'waiting';
    return item.entry.id;
  }

  private refuse({ item, opened }: Draft, error: unknown): false {
    opened.inventory.delete(item);
    this.problems.failed(`cannot keep ${item.entry.points} points`, error);
    return false;
  }
}

/** An entry that is about to be written. */
interface Draft {
  readonly opened: Opened;
  readonly item: Item;
  /** Where it is written first, and where it is then. */
  readonly temporary: string;
  readonly path: string;
  readonly parts: readonly Uint8Array[];
}

/** False where the entry is another process's by now. Throws the file system's error. */
function take(item: Item, { directory, inventory }: Opened): boolean {
  if (item.holder !== directory.holder) {
    if (!directory.isDead(item.holder) || !directory.claim(fileOf(item))) {
      inventory.delete(item);
      return false;
    }
    item.holder = directory.holder;
  }
  item.state = 'taken';
  return true;
}

function lose(item: Item, inventory: Inventory, error: unknown): void {
  if (codeOf(error) === 'ENOENT') {
    inventory.miss(item);
    return;
  }
  inventory.delete(item);
  inventory.setAside(fileOf(item), reasonOf(error));
}
