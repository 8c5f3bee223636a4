import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ran, run } from './command.js';

/** A folder to run the command in. */
export interface Folder {
  readonly path: string;
  /** Writes a JSON file. */
  json(name: string, value: unknown): void;
  run(...args: readonly string[]): Promise<Ran>;
  remove(): void;
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'meterbook-command-'));
  return {
    path,
    json: (name, value) => writeFileSync(join(path, name), JSON.stringify(value)),
    run: (...args) => run(args, {}, path),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
