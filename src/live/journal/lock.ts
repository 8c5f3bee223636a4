import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BEAT_MILLIS, codeOf, Owner, ownerOf, removeQuietly } from '../../disk/index.js';
import { LiveProblem } from '../problem.js';

/** A directory with one file, whose name is the id of the process that has the folder. */
const HOLDER = 'holder';
/** The same of a process that tries to get it. */
const CANDIDATE = /^holder\.([\da-f]{16})$/;
/** A process that ends while another one takes over gives cause for a second attempt. */
const ATTEMPTS = 5;
/** What `rename` says, by system, of a directory in the place of which there is one that is not empty. */
const NOT_EMPTY: ReadonlySet<string | undefined> = new Set([
  'ENOTEMPTY',
  'EEXIST',
  'EPERM',
  'EACCES',
]);

/**
 * A folder that is this process's alone. To take it is to rename a directory with one's own id in it,
 * which takes the place of an empty directory or of none: of several that try, the file system lets one.
 * Of a process that is dead only the file with its id is removed, a name that nobody has again; so what
 * another one has taken meanwhile stays. Who is dead is judged by {@link Owner}.
 */
export class FolderLock {
  private readonly owner: Owner;
  private readonly timer: NodeJS.Timeout;

  /** @throws {LiveProblem} if another process has the folder */
  constructor(private readonly folder: string) {
    this.owner = new Owner(folder);
    try {
      this.take();
    } catch (error) {
      this.owner.remove();
      throw error;
    }
    this.timer = setInterval(() => this.owner.beat(), BEAT_MILLIS).unref();
  }

  /**
   * Takes the folder again where it was removed, or where this process was stopped for so long that
   * another one took it for dead.
   *
   * @throws {LiveProblem} if another process has it now
   */
  renew(): void {
    this.owner.beat();
    if (!existsSync(join(this.held, this.owner.id))) this.take();
  }

  release(): void {
    clearInterval(this.timer);
    removeQuietly(join(this.held, this.owner.id));
    this.removeEmpty();
    this.owner.remove();
  }

  private get held(): string {
    return join(this.folder, HOLDER);
  }

  private take(): void {
    const { folder, owner } = this;
    const own = `${this.held}.${owner.id}`;
    try {
      mkdirSync(own, { recursive: true, mode: 0o700 });
      writeFileSync(join(own, owner.id), '', { mode: 0o600 });
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (this.claim(own)) {
          this.sweep();
          return;
        }
        this.removeDead();
      }
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
    throw new LiveProblem(
      `The folder "${folder}" is being taken by another process.`,
      'Name another folder with --keep.',
    );
  }

  private claim(own: string): boolean {
    // Not every system lets another directory take the place of an empty one.
    this.removeEmpty();
    try {
      renameSync(own, this.held);
      return true;
    } catch (error) {
      if (NOT_EMPTY.has(codeOf(error))) return false;
      throw error;
    }
  }

  private removeDead(): void {
    for (const holder of namesIn(this.held)) {
      if (!this.owner.isDead(holder)) {
        throw new LiveProblem(
          `The folder "${this.folder}" is in use by ${this.describe(holder)}.`,
          'End that, or name another folder with --keep. One that was killed in another container is known to be dead after half a minute.',
        );
      }
      removeQuietly(join(this.held, holder));
    }
  }

  private describe(holder: string): string {
    try {
      const { place, pid } = this.owner.read(holder).identity ?? {};
      if (pid === undefined) return 'another process';
      const where = place === this.owner.self.place ? '' : ' of another container or machine';
      return `the process ${pid}${where}`;
    } catch {
      return 'another process';
    }
  }

  /** Removes what processes have left that were killed. */
  private sweep(): void {
    for (const name of namesIn(this.folder)) {
      const id = ownerOf(name) ?? CANDIDATE.exec(name)?.[1];
      if (id === undefined || !this.owner.isDead(id)) continue;
      rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  private removeEmpty(): void {
    try {
      rmdirSync(this.held);
    } catch {
      // It is not there, or somebody has it.
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
