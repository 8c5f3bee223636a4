/**
 * The bytes that importing meterbook brings: bundled, minified and gzipped, OpenTelemetry and Node
 * left out. Fails where something is over its budget. Run `npm run build` first.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
let failed = false;

// As OpenTelemetry's packages say of themselves: what is imported of them and not used goes.
const external = {
  name: 'external',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^(@opentelemetry\/|node:)/ }, ({ path }) => {
      return { path, external: true, sideEffects: false };
    });
  },
};

// The core is what declares and records: what a bundler keeps for a library that leaves the setup
// to its application, and has no use for the table of errors.
const {
  setupMetrics: _setup,
  ERRORS: _errors,
  ...core
} = await import(new URL('dist/index.js', root).href);
await measure('the core', './dist/index.js', `export { ${Object.keys(core)} } from`, 15_000);
await measure('meterbook', './dist/index.js', 'export * from', 22_500);
for (const [name, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string' || name === '.') continue;
  await measure(`meterbook${name.slice(1)}`, target.import.default, 'export * from', undefined);
}
process.exit(failed ? 1 : 0);

/**
 * @param {string} label
 * @param {string} file relative to the root
 * @param {string} statement what is imported, up to the name of the file
 * @param {number | undefined} budget bytes after gzip
 */
async function measure(label, file, statement, budget) {
  const entry = fileURLToPath(new URL(file, root));
  if (!existsSync(entry)) {
    console.error(`${label}: ${file} is not there; npm run build makes it`);
    failed = true;
    return;
  }
  const { outputFiles } = await build({
    stdin: { contents: `${statement} ${JSON.stringify(entry)}`, resolveDir: fileURLToPath(root) },
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
  const gzipped = gzipSync(code, { level: 9 }).length;
  const over = budget !== undefined && gzipped > budget;
  failed ||= over;
  const allowed = budget === undefined ? 'no budget' : `budget ${budget} bytes`;
  console.log(
    `${label.padEnd(20)} ${String(code.length).padStart(7)} bytes minified, ` +
      `${String(gzipped).padStart(6)} gzipped (${allowed})${over ? '  OVER BUDGET' : ''}`,
  );
}
