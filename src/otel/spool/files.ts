import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, flags, removeQuietly } from '../../disk/index.js';
import { Fault } from './problems.js';

const WRITABLE_BY_OTHERS = 0o022;

/** Makes the directory where it is not there, and gives its real path. Throws where it is not safe. */
export function prepareDirectory(directory: string): string {
  if (directory.trim() === '') throw new Fault('no directory is named', 'name one.');
  makeDirectory(resolve(directory));
  const path = realpathSync(directory);
  const found = statSync(path);
  if (!found.isDirectory()) throw new Fault('it is no directory', 'name a directory.');
  const { mode } = found;
  if (process.platform !== 'win32' && (mode & WRITABLE_BY_OTHERS) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    const what = `others than its owner may write to it (mode ${shown})`;
    throw new Fault(what, 'run chmod go-w on it, or name a directory within it: it is made so.');
  }
  return path;
}

/**
 * Writes a file that is there whole or not at all, whatever happens meanwhile: under another name
 * first, to the disk, then under its own. Throws the file system's error, and leaves nothing behind.
 */
export function writeWholeSync(temporary: string, path: string, parts: readonly Uint8Array[]) {
  const file = openSync(temporary, flags.create, flags.mode);
  try {
    try {
      for (const part of parts) writeAll(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  syncDirectory(dirname(path));
}

/**
 * The same without keeping the event loop waiting for the disk. False, with nothing left behind, where it
 * is not wanted any more before the file has got its name.
 */
export async function writeWhole(
  temporary: string,
  path: string,
  parts: readonly Uint8Array[],
  isWanted: () => boolean,
): Promise<boolean> {
  const file = await open(temporary, flags.create, flags.mode);
  try {
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!isWanted()) {
      removeQuietly(temporary);
      return false;
    }
    await rename(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  await open(dirname(path), constants.O_RDONLY)
    .then((directory) => directory.sync().finally(() => directory.close()))
    .catch(() => undefined);
  return true;
}

/** Reads a file that has to be of this many bytes, and no more of it if it is not. */
export async function readWhole(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, flags.read);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no regular file');
    if (found.size !== bytes) throw new Error(`it has ${found.size} bytes of ${bytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Makes a directory and those above it. The recursive form of `mkdirSync` never returns where the
 * file system says that there is no such directory and means that none may be made, as below /proc.
 */
function makeDirectory(path: string): void {
  const make = (): void => {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  };
  try {
    make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    make();
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** After a loss of power the new name may be missing otherwise; not every file system can do it. */
function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // The file itself is on the disk, and there for every process of this machine.
  }
}
