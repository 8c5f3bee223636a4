/**
 * `npm run next-version`: makes the next version of the package in the current folder. The changesets in
 * `.changeset` say how large it is; CHANGELOG.md gets a heading with today's date (UTC) over what was
 * unreleased; package.json and package-lock.json get the number. Without changesets the version is the
 * one that package.json has, as it is for the first release.
 *
 * Nothing is committed: look at it, and commit it as `Release X.Y.Z`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withVersion } from './support/changelog.mjs';

const changesets = fileURLToPath(
  new URL('../node_modules/@changesets/cli/bin.js', import.meta.url),
);
const path = (/** @type {string} */ file) => join(process.cwd(), file);
const read = (/** @type {string} */ file) => readFileSync(path(file), 'utf8');
const versionNow = () => /** @type {string} */ (JSON.parse(read('package.json')).version);

try {
  const changelog = read('CHANGELOG.md');
  if (pendingChangesets() === 0) {
    writeFileSync(path('CHANGELOG.md'), withVersion(changelog, versionNow(), today()));
  } else {
    // Whether there is anything to release is told before a number is changed.
    withVersion(changelog, 'next', today());
    const { status } = spawnSync(process.execPath, [changesets, 'version'], { stdio: 'inherit' });
    if (status !== 0) throw new Error('changeset version has failed');
    writeFileSync(path('CHANGELOG.md'), withVersion(changelog, versionNow(), today()));
    writeLock(versionNow());
  }
  console.log(`${versionNow()}: commit it as "Release ${versionNow()}"`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function pendingChangesets() {
  if (!existsSync(path('.changeset'))) return 0;
  return readdirSync(path('.changeset')).filter((it) => it.endsWith('.md') && it !== 'README.md')
    .length;
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

/**
 * npm wants the version in its lock to be the one of package.json; changesets leave the lock alone.
 *
 * @param {string} version
 */
function writeLock(version) {
  if (!existsSync(path('package-lock.json'))) return;
  const lock = JSON.parse(read('package-lock.json'));
  lock.version = version;
  lock.packages[''].version = version;
  writeFileSync(path('package-lock.json'), `${JSON.stringify(lock, undefined, 2)}\n`);
}
