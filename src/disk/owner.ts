import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  futimesSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf, flags, removeQuietly } from './files.js';

/** Between two signs of life, milliseconds. */
export const BEAT_MILLIS = 10_000;
/** A process without a sign of life for this long is dead, milliseconds. */
const STALE_MILLIS = 30_000;

const OWNER = /^([\da-f]{16})\.owner$/;

/** The id in the name of the file that a process is known by; undefined for any other file. */
export function ownerOf(name: string): string | undefined {
  return OWNER.exec(name)?.[1];
}

/** A process, as far as another one can look it up. */
interface Identity {
  /** The kernel and the namespace in which the process id means something; empty where unknown. */
  readonly place: string;
  readonly pid: number;
  /** When the process began, in ticks of that kernel: a process id is used again. */
  readonly start: string;
}

/** What the file of a process says. */
interface Signs {
  /** The last sign of life, by the file system's time, milliseconds. */
  readonly seen: number;
  readonly identity: Identity | undefined;
}

/**
 * Who a process is to the others that use the same directory: a file named after a random id, removed
 * when it leaves. Others judge by it whether what this id holds may be taken over:
 *
 * - no file: closed, so dead;
 * - a process of the same kernel and process-id namespace: looked up, by id and start. That is right
 *   at once, also for a process that is stopped or whose event loop hangs;
 * - any other, such as one in another container (where every service is process 1) or on another
 *   machine with the same volume: dead if its file was not written to for 30 seconds. Only times that
 *   the file system gave are compared, never the clocks of two machines.
 *
 * Where the second cannot tell, the third does; in doubt a process is alive.
 */
export class Owner {
  readonly id = randomBytes(8).toString('hex');
  private readonly path: string;
  readonly self = identityOf(process.pid);
  private readonly text = JSON.stringify(this.self);

  /** Writes the file. Throws the file system's error. */
  constructor(private readonly directory: string) {
    this.path = this.pathOf(this.id);
    this.create();
  }

  /** Gives a sign of life. Returns the file system's time, milliseconds; undefined where it cannot. */
  beat(): number | undefined {
    try {
      return this.write(flags.overwrite);
    } catch {
      // It was taken for dead, or its directory is new.
    }
    try {
      return this.create();
    } catch {
      return undefined;
    }
  }

  /** Whether the process behind an id is dead: what it holds may be taken over. */
  isDead(id: string): boolean {
    if (id === this.id) return false;
    let other: Signs;
    try {
      other = this.read(id);
    } catch (error) {
      return codeOf(error) === 'ENOENT';
    }
    const isGone = this.look(other.identity);
    if (isGone !== undefined) return isGone;
    const now = this.beat();
    // A time that lies ahead is just as old: somebody has set the clock back since.
    return now !== undefined && Math.abs(now - other.seen) >= STALE_MILLIS;
  }

  /** What the file of an id says. Throws the file system's error. */
  read(id: string): Signs {
    const file = openSync(this.pathOf(id), flags.read);
    try {
      const seen = fstatSync(file).mtimeMs;
      return { seen, identity: parseIdentity(readFileSync(file, 'utf8')) };
    } finally {
      closeSync(file);
    }
  }

  /** Removes the file of a dead process, of which nothing is left that one has to know its death for. */
  forget(id: string): void {
    removeQuietly(this.pathOf(id));
  }

  remove(): void {
    removeQuietly(this.path);
  }

  private pathOf(id: string): string {
    return join(this.directory, `${id}.owner`);
  }

  /** Looks a process up. Whether it has ended; undefined where that cannot be seen from here. */
  private look(other: Identity | undefined): boolean | undefined {
    const { place, pid, start } = this.self;
    if (place === '' || other?.place !== place) return undefined;
    // Another one of this very process, perhaps of a worker thread that has ended.
    if (other.pid === pid && other.start === start) return undefined;
    return hasEnded(other);
  }

  private create(): number {
    return this.write(flags.create);
  }

  /** The text is always the same, and written over: a reader never finds half of it. */
  private write(flag: number): number {
    const file = openSync(this.path, flag, flags.mode);
    try {
      try {
        writeSync(file, this.text, 0);
      } catch {
        // The disk is full. The time alone does, and what is there can be sent, which makes room.
        const now = new Date();
        futimesSync(file, now, now);
      }
      return fstatSync(file).mtimeMs;
    } finally {
      closeSync(file);
    }
  }
}

function identityOf(pid: number): Identity {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const place = `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
    return { place, pid, start: readStat(pid).start };
  } catch {
    return { place: '', pid, start: '' };
  }
}

function parseIdentity(text: string): Identity | undefined {
  try {
    const { place, pid, start } = JSON.parse(text) as Record<keyof Identity, unknown>;
    if (typeof place !== 'string' || typeof start !== 'string') return undefined;
    return Number.isSafeInteger(pid) && Number(pid) > 0
      ? { place, pid: Number(pid), start }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this namespace has ended; undefined where that cannot be seen. */
function hasEnded({ pid, start }: Identity): boolean | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's process, and there.
    if (codeOf(error) === 'ESRCH') return true;
  }
  try {
    const found = readStat(pid);
    return found.start !== start || found.isZombie;
  } catch {
    return undefined;
  }
}

/** See proc_pid_stat(5): the name, field 2, is in parentheses and may hold anything. */
function readStat(pid: number): { readonly start: string; readonly isZombie: boolean } {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return { start: fields[22 - 3] ?? '', isZombie: state === 'Z' || state === 'X' };
}
