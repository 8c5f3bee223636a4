/**
 * `npm run check`: everything about the code that can be told without running its tests. Runs every
 * step even after one failed, says which did, and exits non-zero if any.
 *
 * `npm run check -- lint attw` runs the named steps alone.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tools are started from where they are installed: `tsc` names two compilers here. */
const installed = (/** @type {string} */ path) =>
  fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const script = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Name, what it holds, and the arguments for `node`. Publint, attw and the reports of the API judge what `build` made.
 *
 * @type {readonly (readonly [name: string, title: string, args: readonly string[]])[]}
 */
const STEPS = [
  ['types', 'Types, TypeScript 5.9', [installed('typescript/bin/tsc'), '-p', '.']],
  ['examples', 'Types of the examples', [installed('typescript/bin/tsc'), '-p', 'examples']],
  ['types-7', 'Types, TypeScript 7', [installed('typescript-7/bin/tsc'), '-p', '.']],
  [
    'types-page',
    'Types of what runs in a browser',
    [installed('typescript/bin/tsc'), '-p', 'src/live/page'],
  ],
  ['lint', 'Lint and format, Biome', [installed('@biomejs/biome/bin/biome'), 'check', '.']],
  [
    'architecture',
    'Layers and shape of src, package.json',
    [
      installed('vitest/vitest.mjs'),
      ...['run', '--typecheck.enabled=false', 'test/architecture.test.ts', 'test/package.test.ts'],
    ],
  ],
  ['build', 'Build, tsup', [installed('tsup/dist/cli-default.js')]],
  ['api', 'Surface of each entry, API Extractor', [script('api.mjs'), '--check']],
  ['publint', 'Package layout, publint', [installed('publint/src/cli.js'), 'run', '--strict']],
  [
    'attw',
    'Types as every resolver sees them, attw',
    // node10 knows no `exports`, so subpaths cannot be resolved there; Node 20 does not use it.
    [installed('@arethetypeswrong/cli/dist/index.js'), '--pack', '.', '--profile', 'node16'],
  ],
  ['bytes', 'Bundle bytes', [script('bundle-bytes.mjs')]],
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !STEPS.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(
    `no such step: ${unknown.join(', ')}; there are ${STEPS.map(([n]) => n).join(', ')}`,
  );
  process.exit(2);
}

const results = [];
for (const [name, title, args] of STEPS) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  results.push({ title, passed: status === 0, seconds });
}

console.log(`\n── Summary ${'─'.repeat(69)}`);
for (const { title, passed, seconds } of results) {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${title} (${seconds} s)`);
}
process.exit(results.every(({ passed }) => passed) ? 0 : 1);
