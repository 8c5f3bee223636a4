/** The ClickHouse engine of the end-to-end tests: half a gigabyte, so apart from what `npm ci` gets. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../test/e2e/engines/', import.meta.url);
const PACKAGE = 'node_modules/chdb';

/** Installs what `test/e2e/engines` locks, unless it is there. Throws where npm cannot. */
export function installEngines() {
  if (isInstalled()) return;
  const options = ['--loglevel=error', '--no-audit', '--no-fund'];
  const args = ['ci', '--prefix', fileURLToPath(folder), ...options];
  console.log('npm ci --prefix test/e2e/engines: the ClickHouse engine, 550 MB');
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0 && isInstalled()) return;
  const reason = (error?.message ?? stderr).trim().split('\n')[0];
  throw new Error(`npm could not install test/e2e/engines (${reason})`);
}

function isInstalled() {
  const manifest = new URL(`${PACKAGE}/package.json`, folder);
  if (!existsSync(manifest)) return false;
  /** @type {{ packages: Record<string, { version?: string }> }} */
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', folder), 'utf8'));
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version === lock.packages[PACKAGE]?.version;
}
