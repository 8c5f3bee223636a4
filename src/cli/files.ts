import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Artefact } from '../artefacts/index.js';
import { failed } from './failure.js';

/** A file as it is on disk, beside what it should be. */
export interface FileState {
  readonly path: string;
  /** The path for people: from the working folder, unless that is further away. */
  readonly shown: string;
  readonly content: string;
  readonly state: 'missing' | 'differs' | 'unchanged';
}

/** Compares what was generated with what is on disk. Line ends of Windows make no difference. */
export function stateOf(
  artefacts: readonly Artefact[],
  out: string,
  cwd: string,
): readonly FileState[] {
  const folder = resolve(cwd, out);
  return artefacts.map(({ path: name, content }) => {
    const path = join(folder, name);
    if (relative(folder, path).startsWith('..') || isAbsolute(relative(folder, path))) {
      throw failed(`A generator wants to write "${name}", outside the folder.`, 'Report this.');
    }
    const shown = showPath(path, cwd);
    const existing = read(path, shown);
    const state =
      existing === undefined
        ? 'missing'
        : existing.replaceAll('\r\n', '\n') === content
          ? 'unchanged'
          : 'differs';
    return { path, shown, content, state };
  });
}

/** Writes the files that are not as they should be. Throws a failure that names the file. */
export function writeFiles(files: readonly FileState[]): void {
  for (const { path, shown, content, state } of files) {
    if (state === 'unchanged') continue;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    } catch (error) {
      throw cannot('written', shown, error);
    }
  }
}

function read(path: string, shown: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file where a folder should be: writing will say so.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cannot('read', shown, error);
  }
}

function cannot(verb: string, shown: string, error: unknown) {
  return failed(
    `"${shown}" cannot be ${verb}: ${(error as Error).message}.`,
    'Look at who owns it, or name another folder with --out.',
  );
}

function showPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return (fromHere.startsWith('..') ? path : fromHere).replaceAll('\\', '/');
}
