import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LiveProblem } from '../problem.js';

const LOCK = 'lock';

/** Says that a process uses a folder. */
interface Holder {
  readonly pid: number;
  /** When it began, as the kernel counts; empty where that is not known. A process id is used again. */
  readonly start: string;
}

/**
 * Takes a folder for this process alone; the lock of one that has ended is taken over. Gives what
 * releases it.
 *
 * @throws {LiveProblem} if another process has it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK);
  const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Holder);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder !== undefined && isRunning(holder)) {
      throw new LiveProblem(
        `The folder "${folder}" is in use by the process ${holder.pid}.`,
        'End that, or name another folder with --keep.',
      );
    }
    rmSync(path, { force: true });
  }
  throw new LiveProblem(
    `The folder "${folder}" is being taken by another process.`,
    'Name another folder with --keep.',
  );
}

/** What is unreadable was written by a process that ended while it did. */
function readHolder(path: string): Holder | undefined {
  try {
    const { pid, start } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || (pid ?? 0) < 1 || typeof start !== 'string') return undefined;
    return { pid: pid as number, start };
  } catch {
    return undefined;
  }
}

function isRunning({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return start === '' || startOf(pid) === start;
}

/** Field 22 of proc_pid_stat(5); the name, field 2, is in parentheses and may hold anything. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? '';
  } catch {
    return '';
  }
}
