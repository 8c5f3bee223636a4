/**
 * `npm run test:matrix`: the unit suite on Node 24 with OpenTelemetry SDK 3.x, beside `npm test` on
 * Node 20 with 2.x. Works on a copy; the lockfile of the repository stays as it is.
 *
 * Reproducible without a second lockfile: the copy starts from the repository's, the versions below
 * are exact, and OpenTelemetry's packages pin each other exactly. What follows on the command line
 * goes to vitest.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOfMajor, root } from './support/nodes.mjs';

const NODE = 24;
const SDK = {
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/context-async-hooks': '3.1.0',
  '@opentelemetry/exporter-metrics-otlp-proto': '0.301.0',
  '@opentelemetry/exporter-prometheus': '0.301.0',
  '@opentelemetry/instrumentation-http': '0.301.0',
  '@opentelemetry/otlp-transformer': '0.301.0',
  '@opentelemetry/resources': '3.1.0',
  '@opentelemetry/sdk-metrics': '3.1.0',
  '@opentelemetry/sdk-node': '0.301.0',
};

const node = nodeOfMajor(NODE);
const copy = mkdtempSync(join(tmpdir(), 'meterbook-matrix-'));
try {
  process.exitCode = run();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function run() {
  copySources();
  const packages = Object.entries(SDK).map(([name, version]) => `${name}@${version}`);
  const install = ['install', '--save-exact', '--no-audit', '--no-fund', ...packages];
  const installed = node.npm(install, { cwd: copy });
  if (installed.status !== 0) {
    console.error(installed.output);
    return 1;
  }
  console.log(`Node ${node.version}`);
  for (const [name, version] of Object.entries(SDK)) {
    const found = versionOf(name);
    console.log(`${name} ${found}`);
    if (found !== version) {
      console.error(`wanted ${name} ${version}`);
      return 1;
    }
  }
  // test/versions.test.ts asserts the two from inside of the workers that run the suite.
  const { status } = node.run(
    [join('node_modules', 'vitest', 'vitest.mjs'), ...vitestArguments()],
    {
      cwd: copy,
      env: { METERBOOK_EXPECT_NODE: String(NODE), METERBOOK_EXPECT_SDK: '3' },
      show: true,
    },
  );
  return status ?? 1;
}

function vitestArguments() {
  return ['run', ...process.argv.slice(2)];
}

/** Everything that git tracks, and what it would if it were added. */
function copySources() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of files) {
    const source = join(root, file);
    // A tracked file that was deleted is still listed.
    if (file !== '' && existsSync(source)) cpSync(source, join(copy, file));
  }
}

/** @param {string} name */
function versionOf(name) {
  const path = join(copy, 'node_modules', name, 'package.json');
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
