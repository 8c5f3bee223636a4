/**
 * The bytes that importing meterbook brings: bundled, minified and gzipped, OpenTelemetry and Node
 * left out. Fails where something is over its budget. Run `npm run build` first.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundledBytes, coreNames } from './support/bundle.mjs';

const root = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
let failed = false;

for (const [name, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const entry = fileURLToPath(new URL(target.import.default, root));
  const label = name === '.' ? 'meterbook' : `meterbook${name.slice(1)}`;
  if (!existsSync(entry)) {
    console.error(`${label}: ${target.import.default} is not there; npm run build makes it`);
    failed = true;
    continue;
  }
  if (name === '.') await measure('the core', entry, `{ ${await coreNames(entry)} }`, 18_688);
  await measure(label, entry, '*', name === '.' ? 46_592 : undefined);
}
process.exit(failed ? 1 : 0);

/**
 * @param {string} label
 * @param {string} entry
 * @param {string} names `*`, or names in braces
 * @param {number | undefined} budget bytes after gzip
 */
async function measure(label, entry, names, budget) {
  const { minified, gzipped } = await bundledBytes(entry, names);
  const over = budget !== undefined && gzipped > budget;
  failed ||= over;
  const allowed = budget === undefined ? 'no budget' : `budget ${budget} bytes`;
  console.log(
    `${label.padEnd(20)} ${String(minified).padStart(7)} bytes minified, ` +
      `${String(gzipped).padStart(6)} gzipped (${allowed})${over ? '  OVER BUDGET' : ''}`,
  );
}
