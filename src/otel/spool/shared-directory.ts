import { readdirSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, Owner } from '../../disk/index.js';
import {
  type EntryKind,
  type EntryName,
  entryFile,
  parseFile,
  type SpoolFile,
} from './file-names.js';

/** A file of an entry, whoever holds it. */
export type EntryFile = Extract<SpoolFile, { readonly kind: EntryKind }>;

/** What others have left in a directory. */
export interface Findings {
  /** Entries of dead processes. */
  readonly orphans: readonly EntryFile[];
  /** Files that dead processes had not finished writing. */
  readonly unfinished: readonly EntryFile[];
  /** What was set aside, by whomever, oldest first. */
  readonly corrupt: readonly EntryFile[];
  /** Bytes of other live processes. */
  readonly foreignBytes: number;
}

/** The directory that several processes share, seen by one of them. */
export class SharedDirectory {
  private readonly owner: Owner;

  /** Makes this process known to the others. Throws the file system's error. */
  constructor(readonly path: string) {
    this.owner = new Owner(path);
  }

  /** The id under which this process holds entries. */
  get holder(): string {
    return this.owner.id;
  }

  pathOf(entry: EntryName, holder: string, kind: EntryKind): string {
    return join(this.path, entryFile(entry, holder, kind));
  }

  /** Reads the names in the directory, and who is dead. Throws the file system's error. */
  look(): Findings {
    const found = readdirSync(this.path).sort().map(parseFile);
    const verdicts = new Map<string, boolean>();
    const isDead = (holder: string): boolean => {
      const verdict = verdicts.get(holder) ?? this.isDead(holder);
      verdicts.set(holder, verdict);
      return verdict;
    };
    const orphans: EntryFile[] = [];
    const unfinished: EntryFile[] = [];
    const corrupt: EntryFile[] = [];
    let foreignBytes = 0;
    for (const file of found) {
      if (file === undefined || file.kind === 'owner') continue;
      if (file.kind === 'corrupt') corrupt.push(file);
      else if (file.holder === this.holder) continue;
      else if (!isDead(file.holder)) foreignBytes += file.entry.bytes;
      else (file.kind === 'tmp' ? unfinished : orphans).push(file);
    }
    // A dead process's own file goes once nothing is left that its death has to be known for.
    const needed = new Set([...orphans, ...unfinished].map(({ holder }) => holder));
    for (const file of found) {
      if (file?.kind !== 'owner' || needed.has(file.holder) || !isDead(file.holder)) continue;
      this.owner.forget(file.holder);
    }
    return { orphans, unfinished, corrupt, foreignBytes };
  }

  isDead(holder: string): boolean {
    return this.owner.isDead(holder);
  }

  beat(): void {
    this.owner.beat();
  }

  /** Makes the process unknown again: what it holds is anybody's. */
  leave(): void {
    this.owner.remove();
  }

  /**
   * Takes an entry of a dead process over: of several that try, the file system lets one. False
   * where it was another. Throws any other error of the file system.
   */
  claim({ entry, holder }: EntryFile): boolean {
    return this.change(() => {
      renameSync(this.pathOf(entry, holder, 'otlp1'), this.pathOf(entry, this.holder, 'otlp1'));
    });
  }

  /** Renames a file so that nobody sends it. False where it is not there any more. */
  setAside({ kind, entry, holder }: EntryFile): boolean {
    return this.change(() => {
      renameSync(this.pathOf(entry, holder, kind), this.pathOf(entry, holder, 'corrupt'));
    });
  }

  /** Removes a file. False where it is not there any more. */
  remove({ kind, entry, holder }: EntryFile): boolean {
    return this.change(() => unlinkSync(this.pathOf(entry, holder, kind)));
  }

  private change(fn: () => void): boolean {
    try {
      fn();
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
}
