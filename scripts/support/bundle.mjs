/** What a bundler makes of the built package: shared by the budget and the benchmark. */
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** As OpenTelemetry's packages say of themselves: what is imported of them and not used goes. */
const external = {
  name: 'external',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^(@opentelemetry\/|node:)/ }, ({ path }) => {
      return { path, external: true, sideEffects: false };
    });
  },
};

/** What an application uses, and a library does not. */
const APPLICATION = ['setupMetrics', 'flushAfter', 'healthCheck', 'ERRORS'];

/**
 * Names of what declares and records: what a bundler keeps for a library that leaves the setup to
 * its application, and has no use for the table of errors.
 *
 * @param {string} entry the built `meterbook` entry
 */
export async function coreNames(entry) {
  const exported = Object.keys(await import(pathToFileURL(entry).href));
  return exported.filter((name) => !APPLICATION.includes(name));
}

/**
 * Bytes of some exports of an entry, OpenTelemetry and Node left out.
 *
 * @param {string} entry
 * @param {string} names `*`, or names in braces
 */
export async function bundledBytes(entry, names) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from ${JSON.stringify(entry)}`, resolveDir: '.' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [external],
    logLevel: 'error',
  });
  const code = Buffer.concat(outputFiles.map(({ contents }) => contents));
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}
