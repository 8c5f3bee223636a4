import { readFileSync } from 'node:fs';

/** An entry point of the package, and where its source is. */
export interface Entry {
  /** What a program imports: `meterbook/agent`. Its reference is in the folder of that name. */
  readonly name: string;
  /** Its index file, below the root. */
  readonly source: string;
}

/** The entry points that package.json exports, in its order. */
export function readEntries(): readonly Entry[] {
  const { name, exports } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { readonly name: string; readonly exports: Readonly<Record<string, unknown>> };
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => ({
      name: path.replace('.', name),
      source: `src${path.slice(1)}/index.ts`,
    }));
}
