import { cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import { writePage } from './scripts/live-page.mjs';

/** One bundle per entry of `exports`; an entry whose source is not there is left out. */
const entries = {
  index: 'src/index.ts',
  agent: 'src/agent/index.ts',
  http: 'src/http/index.ts',
  db: 'src/db/index.ts',
  jobs: 'src/jobs/index.ts',
  artefacts: 'src/artefacts/index.ts',
  testing: 'src/testing/index.ts',
};

/** The command: a program, which nobody imports, so that it needs no types. Its `#!` comes along. */
const programs = { cli: 'src/cli/bin.ts' };

/**
 * Splitting is on for both formats: state that two entries share (the request context, the clock)
 * then lives in one chunk per format instead of a copy in each entry.
 */
const present = Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path)));

/**
 * For Node, yaml exports its CommonJS build, which calls `require` and so cannot be in an ES module.
 * Its other build is made of ES modules, of which only what is used comes along.
 */
const yaml = fileURLToPath(new URL('node_modules/yaml/browser/index.js', import.meta.url));

/** Where everything goes; the bench builds beside what is published. */
const dist = process.env['METERBOOK_DIST'] ?? 'dist';

/**
 * What `meterbook bench` runs: programs of their own, with meterbook's sources in them and packages left
 * out, since they are copied beside the libraries that they measure.
 */
const bench: Options = {
  entry: {
    program: 'bench/program.ts',
    'worker/main': 'bench/worker/main.ts',
    'worker/import-time': 'bench/worker/import-time.ts',
  },
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  skipNodeModulesBundle: true,
  noExternal: ['eventsource-parser'],
  esbuildOptions: (options) => {
    options.chunkNames = 'worker/[name]-[hash]';
  },
  clean: true,
  outDir: `${dist}/bench`,
  outExtension: () => ({ js: '.mjs' }),
  onSuccess: async () => {
    for (const part of ['peers', 'native']) {
      const isWanted = (path: string) => !/node_modules|\.npmrc|\.cache|target/.test(path);
      cpSync(`bench/${part}`, `${dist}/bench/${part}`, { recursive: true, filter: isWanted });
    }
  },
};

export default defineConfig([
  {
    entry: { ...present, ...programs },
    format: ['esm', 'cjs'],
    target: 'node20',
    platform: 'node',
    splitting: true,
    treeshake: true,
    dts: { entry: present },
    esbuildOptions: (options) => {
      options.alias = { yaml };
    },
    sourcemap: false,
    // The other build clears its own folder.
    clean: ['!bench/**'],
    outDir: dist,
    // The page of the live view is made for browsers, and is read from there by the command.
    onSuccess: () => writePage(`${dist}/live`),
    outExtension: ({ format }) => ({ js: format === 'cjs' ? '.cjs' : '.js' }),
  },
  bench,
]);
