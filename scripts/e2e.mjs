/**
 * `npm run test:e2e`: the suites in `test/e2e`, against real servers. Says which are missing and how
 * to get them, and fails then: a suite that skips itself proves nothing. Those that no package has are
 * built with Go, once, and kept in `node_modules/.cache`; METERBOOK_OTELCOL, METERBOOK_PROMETHEUS3 and
 * METERBOOK_GO_SERVICE name others instead.
 *
 * What follows on the command line goes to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectorProgram } from './collector.mjs';
import { installEngines } from './engines.mjs';
import { goServiceProgram } from './go-service.mjs';
import { prometheusProgram } from './prometheus.mjs';

/** Program, how it tells its version, and the Debian package that has it. */
const NEEDED = [
  { program: 'prometheus', args: ['--version'], debian: 'prometheus' },
  { program: 'promtool', args: ['--version'], debian: 'prometheus' },
  { program: 'postgres', args: ['--version'], debian: 'postgresql' },
  { program: 'initdb', args: ['--version'], debian: 'postgresql' },
  {
    program: process.env['METERBOOK_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--version'],
    debian: 'chromium',
  },
];

/** Where Debian keeps PostgreSQL's programs: a folder for each version, none of them in the path. */
const POSTGRESQL = '/usr/lib/postgresql';
const versions = existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : [];
const folders = versions.map((version) => join(POSTGRESQL, version, 'bin'));
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, PATH: [process.env['PATH'], ...folders].join(delimiter) };

const missing = NEEDED.filter(({ program, args }) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  if (status === 0) console.log(`${stdout}${stderr}`.split('\n')[0]);
  return status !== 0;
});
if (missing.length > 0) {
  const packages = [...new Set(missing.map(({ debian }) => debian))].join(' ');
  console.error(`missing: ${missing.map(({ program }) => program).join(', ')}`);
  console.error(`on Debian and Ubuntu: apt-get install ${packages}`);
  process.exit(1);
}

try {
  installEngines();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Variables that tell the tests where the programs are that no package has. */
const BUILT = {
  METERBOOK_OTELCOL: collectorProgram,
  METERBOOK_PROMETHEUS3: prometheusProgram,
  METERBOOK_GO_SERVICE: goServiceProgram,
};
for (const [variable, program] of Object.entries(BUILT)) {
  try {
    env[variable] ??= await program();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  console.log(`${variable}=${env[variable]}`);
}

const root = fileURLToPath(new URL('../', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const args = [vitest, 'run', '--config', 'vitest.e2e.config.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
