/**
 * `npm run release`: publishes the package in the current folder, if everything about it is right:
 *
 * 1. the tree is clean, no changeset is pending, and CHANGELOG.md has this version, with a date;
 * 2. `npm run check` and `npm test` pass, and leave the tree clean;
 * 3. what npm would pack has everything that package.json promises, and nothing but `files`;
 * 4. `npm publish --provenance`, in CI alone: the provenance is signed with the identity of the
 *    workflow (OIDC), which no other machine has.
 *
 * Stops at the first of the four that has a fault, and exits with 1. Anywhere but in CI, or with
 * `-- --dry-run`, it does everything but the last, and says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { changelogFaults } from './support/changelog.mjs';
import { packFaults } from './support/packed.mjs';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const root = process.cwd();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const hasIdentity = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined;

try {
  step('Tree, version, changelog');
  refuse([...treeFaults(), ...changesetFaults(), ...changelog(), ...repositoryFaults()]);
  for (const args of [['run', 'check'], ['test']]) {
    step(`npm ${args.join(' ')}`);
    if (npm(args).status !== 0) refuse([`npm ${args.join(' ')} has failed`]);
  }
  refuse(treeFaults());
  step('npm pack --dry-run');
  pack();
  step('npm publish');
  publish();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** @param {string} title */
function step(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
}

/** @param {readonly string[]} faults */
function refuse(faults) {
  if (faults.length > 0) {
    throw new Error(`${manifest.name} ${manifest.version} is not released:\n${faults.join('\n')}`);
  }
}

/**
 * @param {readonly string[]} args
 * @param {'inherit' | 'pipe'} output
 */
function npm(args, output = 'inherit') {
  // On Windows npm is a script for the shell.
  const shell = process.platform === 'win32';
  return spawnSync('npm', args, {
    ...{ cwd: root, shell, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    stdio: ['ignore', output, 'inherit'],
  });
}

/** @returns {readonly string[]} */
function treeFaults() {
  const { status, stdout, stderr } = spawnSync('git', ['status', '--porcelain'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) return [`git cannot tell the state of the tree: ${stderr.trim()}`];
  return stdout === '' ? [] : [`the tree is not clean: commit or remove\n${stdout.trimEnd()}`];
}

/** @returns {readonly string[]} */
function changesetFaults() {
  const folder = join(root, '.changeset');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => `.changeset/${file} is of no version yet: run npm run next-version`);
}

/** @returns {readonly string[]} */
function changelog() {
  const path = join(root, 'CHANGELOG.md');
  if (!existsSync(path)) return ['there is no CHANGELOG.md'];
  return changelogFaults(readFileSync(path, 'utf8'), manifest.version);
}

/**
 * The registry compares `repository` with where the workflow ran; the tag has to be of this version.
 *
 * @returns {readonly string[]}
 */
function repositoryFaults() {
  if (!hasIdentity) return [];
  const { GITHUB_REPOSITORY: ran = '', GITHUB_REF: ref = '' } = process.env;
  const named = manifest.repository?.url ?? manifest.repository ?? 'missing';
  const repository = named.replace(/\.git$/, '');
  return [
    ...(repository.endsWith(`github.com/${ran}`)
      ? []
      : [`"repository" in package.json is ${named}, and the workflow runs in ${ran}`]),
    ...(ref === `refs/tags/v${manifest.version}`
      ? []
      : [`the workflow runs for ${ref}, and not for the tag v${manifest.version}`]),
  ];
}

function pack() {
  const { status, stdout } = npm(['pack', '--dry-run', '--json', '--ignore-scripts'], 'pipe');
  if (status !== 0) refuse(['npm pack has failed']);
  const [packed] = JSON.parse(stdout);
  const files = packed.files.map((/** @type {{ path: string }} */ file) => file.path).sort();
  for (const file of files) console.log(`  ${file}`);
  console.log(`${packed.filename}: ${files.length} files, ${packed.size} bytes`);
  refuse(packFaults(manifest, files));
}

function publish() {
  if (values['dry-run']) return console.log('Everything is right. Not published: --dry-run.');
  if (!hasIdentity) {
    console.log(
      `Everything is right. Not published: only CI can sign the provenance. Push the tag v${manifest.version}, and .github/workflows/release.yml publishes it.`,
    );
    return;
  }
  const args = ['publish', '--provenance', '--access', 'public'];
  if (npm(args).status !== 0) refuse(['npm publish has failed']);
  console.log(`${manifest.name} ${manifest.version} is published`);
}
