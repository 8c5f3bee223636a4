import { attempt } from '../../core/index.js';
import { codeOf } from '../../disk/index.js';

/** What to do about an error of the file system. */
const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk, or lower maxBytes.',
  EDQUOT: 'raise the quota of the disk, or lower maxBytes.',
  EFBIG: 'raise the limit of file sizes (ulimit -f), or lower maxBytes.',
  EROFS: 'name a directory on a disk that can be written to.',
  EACCES: 'give the user that the service runs as the right to write to it.',
  EPERM: 'give the user that the service runs as the right to write to it.',
  ENOENT: 'name a directory that can be made, and leave it in place while services use it.',
  ENOTDIR: 'name a directory.',
  EEXIST: 'name a directory.',
  EMFILE: 'raise the limit of open files (ulimit -n).',
  ENFILE: 'raise the limit of open files of the machine.',
};
const OTHERWISE = 'see that its disk works, or name a directory on another one.';

/** Something wrong that is no error of the file system, with its fix. */
export class Fault extends Error {
  constructor(
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Says what is wrong with the spool in one directory, to somebody who may throw. */
export class Problems {
  constructor(
    private readonly directory: string,
    private readonly listener: (message: string) => void,
  ) {}

  say(what: string, fix: string): void {
    attempt(() => this.listener(`The spool in "${this.directory}" ${what} Fix: ${fix}`));
  }

  /** @param what ends where the reason follows */
  failed(what: string, error: unknown): void {
    const fix = error instanceof Fault ? error.fix : FIXES[codeOf(error) ?? ''];
    this.say(`${what}: ${reasonOf(error)}.`, fix ?? OTHERWISE);
  }
}

/** The reason alone: the file system's messages end with the call and its paths. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+( '.*)?$/s, '');
}
