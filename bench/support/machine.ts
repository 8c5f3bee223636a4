import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What the numbers depend on, by what it is called in the report. */
export type Machine = Readonly<Record<string, string>>;

/** The version of an installed package; `folder` is relative to the root of the repository. */
export function versionOf(name: string, folder = ''): string {
  const path = new URL(`../../${folder}node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}

/** This machine, and the versions of what is measured. */
export function describeMachine(hasPeers: boolean): Machine {
  const processors = cpus();
  const manifest = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return {
    CPU: `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    Node: process.version,
    meterbook: version,
    'sdk-metrics 2.x': versionOf('@opentelemetry/sdk-metrics'),
    ...(hasPeers && {
      'sdk-metrics 3.x': `${versionOf('@opentelemetry/sdk-metrics', 'bench/peers/')} (declares Node 22.15 and later)`,
    }),
    'prom-client': versionOf('prom-client'),
  };
}
