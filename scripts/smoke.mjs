/**
 * `npm run test:package`: the package as a user gets it. Builds and packs it, installs the tarball
 * in an empty folder on Node 20 and on Node 24, and asserts there that
 *
 * - npm has nothing to warn of, and installs OpenTelemetry packages alone, each once, of the SDK
 *   generation that belongs to that Node;
 * - every entry can be imported and required, gives the same names both ways, and prints nothing;
 * - the command `meterbook` runs;
 * - a small service compiles with TypeScript 5.9 as ES module and as CommonJS, and runs.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOfMajor, root } from './support/nodes.mjs';

/** @typedef {import('./support/nodes.mjs').Node} Node */
/** @typedef {import('./support/nodes.mjs').Result} Result */

/** Which SDK generation npm has to choose on which Node. */
const PAIRS = /** @type {const} */ ([
  { major: 20, sdk: '2.' },
  { major: 24, sdk: '3.' },
]);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([name]) => `${manifest.name}${name.slice(1)}`);
const consumer = readFileSync(new URL('support/consumer.txt', import.meta.url), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'meterbook-package-'));
try {
  const tarball = pack();
  for (const pair of PAIRS) smoke(pair, tarball);
  console.log('\nthe package installs, loads and compiles');
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns {string} the tarball */
function pack() {
  const node = nodeOfMajor(20);
  must(node.npm(['run', 'build']), 'npm run build');
  const packed = must(node.npm(['pack', '--json', '--pack-destination', folder]), 'npm pack');
  const name = `${manifest.name}-${manifest.version}.tgz`;
  console.log(`packed ${name}, ${packed.match(/"size": (\d+)/)?.[1]} bytes`);
  // One copy of what entries share: a second one would have its own request context and clock.
  const dist = readdirSync(join(root, 'dist'));
  for (const extension of ['.js', '.cjs']) {
    const copies = dist.filter(
      (file) =>
        file.endsWith(extension) &&
        readFileSync(join(root, 'dist', file), 'utf8').includes('meterbook.error.1'),
    );
    assert(copies.length === 1, `MeterbookError is in ${copies.length} files: ${copies.join(' ')}`);
  }
  return join(folder, name);
}

/**
 * @param {typeof PAIRS[number]} pair
 * @param {string} tarball
 */
function smoke({ major, sdk }, tarball) {
  const node = nodeOfMajor(major);
  const app = join(folder, `node-${major}`);
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n');
  const said = must(node.npm(['install', tarball], { cwd: app }), 'npm install');
  console.log(`\nNode ${node.version}`);
  assert(!/EBADENGINE|ERESOLVE|deprecated/.test(said), `npm install warns:\n${said}`);
  checkTree(app, sdk);
  checkEntries(node, app);
  checkCommand(node, app);
  checkConsumer(node, app);
}

/**
 * What was installed: OpenTelemetry alone, one copy of each package, the SDK that was meant.
 *
 * @param {string} app
 * @param {string} sdk
 */
function checkTree(app, sdk) {
  const lock = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
  for (const [path, { version }] of installed) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (name === manifest.name) continue;
    assert(name.startsWith('@opentelemetry/'), `installs ${name}`);
    assert(path === `node_modules/${name}`, `a second copy of ${name}: ${path}`);
    console.log(`  ${name} ${version}`);
  }
  const { version } = lock.packages['node_modules/@opentelemetry/sdk-metrics'];
  assert(version.startsWith(sdk), `sdk-metrics is ${version} instead of ${sdk}x`);
}

/**
 * Both module systems load each entry, quietly, with the same names, and let the process end.
 *
 * @param {Node} node
 * @param {string} app
 */
function checkEntries(node, app) {
  for (const entry of entries) {
    const names = 'Object.keys(m).filter((k) => k !== "default").sort()';
    const esm = `import(${JSON.stringify(entry)}).then((m) => console.log(${names}.join()))`;
    const cjs = `const m = require(${JSON.stringify(entry)}); console.log(${names}.join())`;
    const load = (/** @type {string} */ type, /** @type {string} */ code) =>
      must(
        node.run([`--input-type=${type}`, '--eval', code], { cwd: app, timeout: 20_000 }),
        `loading ${entry} (${type})`,
      ).trim();
    const [imported, required] = [load('module', esm), load('commonjs', cjs)];
    assert(imported !== '', `${entry} exports nothing`);
    // The code above prints one line; a second one would be a side effect of importing.
    assert(!imported.includes('\n'), `importing ${entry} prints: ${imported}`);
    assert(imported === required, `${entry} gives ${imported} by import, ${required} by require`);
    console.log(`  ${entry}: import and require, ${imported.split(',').length} names`);
  }
}

/**
 * The command is found by npx, and tells what it does.
 *
 * @param {Node} node
 * @param {string} app
 */
function checkCommand(node, app) {
  const npx = (/** @type {readonly string[]} */ args) =>
    node.npm(['exec', '--offline', '--', 'meterbook', ...args], { cwd: app, timeout: 20_000 });
  const run = (/** @type {readonly string[]} */ args) =>
    must(npx(args), `meterbook ${args.join(' ')}`);
  assert(run(['--version']).includes(manifest.version), 'meterbook --version is another');
  const helps = [[], ['generate'], ['generate', 'docs'], ['jobs'], ['jobs', 'report']];
  for (const args of helps.map((path) => [...path, '--help'])) {
    assert(run(args).includes('Usage: meterbook'), `meterbook ${args.join(' ')} explains nothing`);
  }
  const { status, output } = npx(['jobs', 'report', '--database-url=postgres://h/d']);
  assert(status === 1 && output.includes('npm install pg'), `without pg it says: ${output}`);
  const generate = ['generate', 'all', '--registry', 'meterbook/agent', '--out', 'generated'];
  assert(run(generate).includes('catalogue.md'), 'meterbook generate writes no catalogue');
  assert(run([...generate, '--check']).includes('unchanged'), 'what was generated is out of date');
  console.log('  meterbook --help, --version, generate all, and a report without pg');
}

/**
 * The example service, compiled with the types of the package alone and run.
 *
 * @param {Node} node
 * @param {string} app
 */
function checkConsumer(node, app) {
  cpSync(join(root, 'node_modules', '@types', 'node'), join(app, 'types', 'node'), {
    recursive: true,
  });
  cpSync(join(root, 'node_modules', 'undici-types'), join(app, 'node_modules', 'undici-types'), {
    recursive: true,
  });
  writeFileSync(join(app, 'consumer.mts'), consumer);
  writeFileSync(join(app, 'consumer.cts'), consumer);
  const settings = {
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      // A registry that is exported has to have a type that can be written down.
      declaration: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      typeRoots: ['types'],
      types: ['node'],
    },
    files: ['consumer.mts', 'consumer.cts'],
  };
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(settings));
  must(node.run([join(root, 'node_modules/typescript/bin/tsc'), '-p', app]), 'compiling a service');
  for (const file of ['consumer.mjs', 'consumer.cjs']) {
    const said = must(node.run([file], { cwd: app, timeout: 20_000 }), `running ${file}`).trim();
    assert(said === 'recorded', `${file} prints: ${said}`);
  }
  console.log('  a service compiles and runs, as ES module and as CommonJS');
}

/**
 * @param {Result} result
 * @param {string} what
 * @returns {string} what it printed
 */
function must({ status, output }, what) {
  assert(status === 0, `${what} failed (${status}):\n${output}`);
  return output;
}

/**
 * @param {boolean} holds
 * @param {string} message
 */
function assert(holds, message) {
  if (!holds) throw new Error(message);
}
