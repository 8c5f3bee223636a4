import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../peers/', import.meta.url);
const SDK = 'node_modules/@opentelemetry/sdk-metrics';

/**
 * Installs what `bench/peers` locks, unless it is there. Returns why it is not, if so: the bench
 * then goes on without it. SDK 3.x declares Node 22.15 and works on Node 20 all the same, so npm's
 * warning about that is not shown.
 */
export function installPeers(): string | undefined {
  if (isInstalled()) return undefined;
  const args = [
    'ci',
    '--prefix',
    fileURLToPath(folder),
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
  ];
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0 && isInstalled()) return undefined;
  const reason = (error?.message ?? stderr).trim().split('\n')[0];
  return `npm could not install bench/peers (${reason})`;
}

function isInstalled(): boolean {
  const manifest = new URL(`${SDK}/package.json`, folder);
  if (!existsSync(manifest)) return false;
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', folder), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return version === lock.packages[SDK]?.version;
}
