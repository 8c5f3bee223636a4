import { codeOf } from '../../disk/index.js';
import type { EntryName } from './file-names.js';
import type { Problems } from './problems.js';
import type { EntryFile, SharedDirectory } from './shared-directory.js';
import type { SpoolCounts } from './types.js';

/** Most files that are kept aside for somebody to look at. */
const MAX_CORRUPT = 10;

/** An entry that this process may send: its own, or of a dead process and not yet taken over. */
export interface Item {
  readonly entry: EntryName;
  holder: string;
  /** Being written, to be handed out, handed out, or done with and not removed yet. */
  state: 'writing' | 'waiting' | 'taken' | 'settled';
}

/**
 * What one process knows of the directory, so that counting and choosing cost no disk: its own
 * entries exactly, those of others as of the last look.
 */
export class Inventory {
  private readonly items = new Map<string, Item>();
  /** What was set aside, oldest first. */
  private corrupt: EntryFile[] = [];
  /** Of other live processes. */
  private foreignBytes = 0;
  private readonly totals = {
    droppedPoints: 0,
    corruptFiles: 0,
    corruptPoints: 0,
    missingPoints: 0,
  };

  constructor(
    private readonly directory: SharedDirectory,
    private readonly maxBytes: number,
    private readonly problems: Problems,
  ) {}

  get(id: string): Item | undefined {
    return this.items.get(id);
  }

  add(item: Item): void {
    this.items.set(item.entry.id, item);
  }

  delete(item: Item): void {
    this.items.delete(item.entry.id);
  }

  /** Whether this very item is still known: not removed, nor taken over, while something waited. */
  has(item: Item): boolean {
    return this.items.get(item.entry.id) === item;
  }

  /** The one to be sent next. A walk over all: a spool holds hundreds, and each is a request. */
  oldestWaiting(): Item | undefined {
    let oldest: Item | undefined;
    for (const item of this.items.values()) {
      if (item.state !== 'waiting') continue;
      if (oldest === undefined || item.entry.id < oldest.entry.id) oldest = item;
    }
    return oldest;
  }

  /** Removes an entry that is done with. Where that fails it is tried again at each look. */
  settle(item: Item): void {
    item.state = 'settled';
    try {
      this.directory.remove(fileOf(item));
      this.delete(item);
    } catch (error) {
      this.problems.failed('cannot remove what is settled, and the next process sends it', error);
    }
  }

  /** Removes what is done with and is still there. */
  settleRest(): void {
    for (const item of this.items.values()) if (item.state === 'settled') this.settle(item);
  }

  /** Looks for what dead processes have left. */
  look(): void {
    this.settleRest();
    try {
      const { orphans, unfinished, corrupt, foreignBytes } = this.directory.look();
      this.corrupt = [...corrupt];
      this.foreignBytes = foreignBytes;
      for (const file of unfinished) {
        this.setAside(file, 'a process that is dead now had not finished writing it');
      }
      this.adopt(orphans);
      this.trim();
    } catch (error) {
      // A directory that is gone is told of by the write that makes it again.
      if (codeOf(error) !== 'ENOENT') this.problems.failed('cannot be looked through', error);
    }
  }

  /**
   * Makes room for so many bytes where the oldest can give way; one that cannot be removed leaves that to
   * the next. False where it is not enough.
   */
  makeRoom(bytes: number): boolean {
    const isRoom = (): boolean => this.used() + bytes <= this.maxBytes;
    if (isRoom()) return true;
    this.look();
    const waiting = [...this.items.values()].filter(({ state }) => state === 'waiting');
    const yielding = sum(waiting) + sum(this.corrupt);
    if (this.used() - yielding + bytes > this.maxBytes) return false;
    for (const file of this.corrupt) {
      if (isRoom()) return true;
      this.discard(file);
    }
    let points = 0;
    for (const item of waiting.sort(byAge)) {
      if (isRoom()) break;
      points += this.drop(item);
    }
    if (points > 0) {
      this.totals.droppedPoints += points;
      const what = `is full (${this.maxBytes} bytes), and its oldest ${points} points gave way.`;
      this.problems.say(what, 'see why nothing is accepted, or raise maxBytes.');
    }
    return isRoom();
  }

  /** Renames a file so that nobody sends it, and counts it. */
  setAside(file: EntryFile, why: string): void {
    let isRenamed = false;
    try {
      isRenamed = this.directory.setAside(file);
      // Another process was faster, and counts it.
      if (!isRenamed) return;
    } catch (error) {
      this.problems.failed('cannot rename a damaged file', error);
    }
    this.totals.corruptFiles += 1;
    if (file.kind === 'otlp1') this.totals.corruptPoints += file.entry.points;
    if (isRenamed) this.corrupt.push({ ...file, kind: 'corrupt' });
    this.trim();
    const { id, points } = file.entry;
    const what = `has set the file ${id} (${points} points) aside: ${why}.`;
    this.problems.say(what, 'none is needed, unless it happens again: then see to the disk.');
  }

  /** Counts an entry whose file is gone. */
  miss(item: Item): void {
    this.delete(item);
    this.totals.missingPoints += item.entry.points;
    const what = `misses ${item.entry.points} points: their file was removed or taken over.`;
    this.problems.say(what, 'leave the files in the directory to the services that use it.');
  }

  counts(): SpoolCounts {
    const counts = { entries: 0, bytes: 0, points: 0, ...this.totals };
    for (const { entry, state } of this.items.values()) {
      if (state === 'writing' || state === 'settled') continue;
      counts.entries += 1;
      counts.bytes += entry.bytes;
      counts.points += entry.points;
    }
    return counts;
  }

  private used(): number {
    return sum(this.items.values()) + sum(this.corrupt) + this.foreignBytes;
  }

  private adopt(orphans: readonly EntryFile[]): void {
    const left = new Map(orphans.map((file) => [file.entry.id, file]));
    for (const item of this.items.values()) {
      const isOurs = item.holder === this.directory.holder;
      // Another process has taken it over, or its own is not dead after all.
      if (!isOurs && !left.has(item.entry.id)) this.delete(item);
    }
    for (const { entry, holder } of orphans) {
      const known = this.items.get(entry.id);
      if (known === undefined) this.add({ entry, holder, state: 'waiting' });
      // This process was taken for dead, and so is by now the one that took the entry over.
      else if (known.state === 'waiting') known.holder = holder;
    }
  }

  /** Removes an entry, and returns how many points are lost by it. */
  private drop(item: Item): number {
    const isRemoved = this.removeFile(fileOf(item));
    if (isRemoved === undefined) return 0;
    this.delete(item);
    if (isRemoved) return item.entry.points;
    if (item.holder === this.directory.holder) this.miss(item);
    return 0;
  }

  /** Removes what was set aside; it counts for as long as it is there. */
  private discard(file: EntryFile): void {
    if (this.removeFile(file) === undefined) return;
    this.corrupt = this.corrupt.filter((it) => it !== file);
  }

  /** False where the file is not there any more; undefined, with the problem told, where it stays. */
  private removeFile(file: EntryFile): boolean | undefined {
    try {
      return this.directory.remove(file);
    } catch (error) {
      this.problems.failed('cannot remove what should give way', error);
      return undefined;
    }
  }

  private trim(): void {
    for (const file of this.corrupt.slice(0, -MAX_CORRUPT)) this.discard(file);
  }
}

function byAge(a: Item, b: Item): number {
  return a.entry.id < b.entry.id ? -1 : 1;
}

/** The file of an item that is written. */
export function fileOf({ entry, holder }: Item): EntryFile {
  return { kind: 'otlp1', entry, holder };
}

function sum(files: Iterable<{ readonly entry: EntryName }>): number {
  let bytes = 0;
  for (const { entry } of files) bytes += entry.bytes;
  return bytes;
}
