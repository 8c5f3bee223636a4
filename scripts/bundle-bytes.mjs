/**
 * The bytes that importing an entry of `dist` brings: bundled, minified and gzipped, OpenTelemetry
 * and Node left out. Fails when an entry is over its budget. Run `npm run build` first.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Bytes after gzip, by entry; an entry without a budget is printed alone.
 *
 * @type {Readonly<Record<string, number>>}
 */
const BUDGETS = { '.': 15_000 };

const root = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
let failed = false;
for (const [name, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const entry = fileURLToPath(new URL(target.import.default, root));
  const label = name === '.' ? manifest.name : `${manifest.name}${name.slice(1)}`;
  if (!existsSync(entry)) {
    console.error(`${label}: ${target.import.default} is not there; npm run build makes it`);
    failed = true;
    continue;
  }
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  const code = Buffer.concat(outputFiles.map(({ contents }) => contents));
  const gzipped = gzipSync(code, { level: 9 }).length;
  const budget = BUDGETS[name];
  const over = budget !== undefined && gzipped > budget;
  failed ||= over;
  const allowed = budget === undefined ? 'no budget' : `budget ${budget} bytes`;
  console.log(
    `${label.padEnd(20)} ${String(code.length).padStart(7)} bytes minified, ` +
      `${String(gzipped).padStart(6)} gzipped (${allowed})${over ? '  OVER BUDGET' : ''}`,
  );
}
process.exit(failed ? 1 : 0);
