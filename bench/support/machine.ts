import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { Programs } from './programs.js';

/** What the numbers depend on, by what it is called in the report. */
export type Machine = Readonly<Record<string, string>>;

/** The version in the package.json of a folder. */
export function versionIn(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}

/** The processor, and the Node that runs this. */
export function describeHost(): Machine {
  const processors = cpus();
  return {
    CPU: `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    Node: process.version,
  };
}

/** This machine, and the versions of what is measured. */
export function describeMachine(entry: string, { libraries, librariesOfSdk3 }: Programs): Machine {
  const version = (folder: string, name: string) => versionIn(join(folder, 'node_modules', name));
  return {
    ...describeHost(),
    meterbook: versionIn(packageFolder(entry)),
    'sdk-metrics 2.x': version(libraries, '@opentelemetry/sdk-metrics'),
    'sdk-metrics 3.x': `${version(librariesOfSdk3, '@opentelemetry/sdk-metrics')} (declares Node 22.15 and later)`,
    'prom-client': version(libraries, 'prom-client'),
    Effect: version(libraries, 'effect'),
    'hot-shots': version(libraries, 'hot-shots'),
  };
}

/** The nearest folder above that has a package.json. */
function packageFolder(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      versionIn(folder);
      return folder;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
