/**
 * The documentation as a site, from `docs/` and the doc comments of the entry points.
 *
 * `npm run docs:build` writes it to `docs/.vitepress/dist`, a folder of files for any web server, and
 * fails where a link leads nowhere. `-- --base /meterbook/` is for a site that is not at the root of its
 * host. `npm run docs:dev` serves it while the pages are written, `-- --port 5173`.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vitepress';
import { faultsOfBuild } from './check-site.js';
import { writeReference } from './reference.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const {
  positionals: [command],
  values: { base, port },
} = parseArgs({
  allowPositionals: true,
  options: { base: { type: 'string', default: '/' }, port: { type: 'string', default: '5173' } },
});

if (command !== 'build' && command !== 'dev') {
  console.error('say what to do: build or dev');
  process.exit(2);
}

const started = performance.now();
console.log('reading the doc comments of every entry point');
await writeReference();

if (command === 'dev') {
  const server = await createServer(docs, { base, host: '127.0.0.1', port: Number(port) });
  await server.listen();
  server.printUrls();
} else {
  await build(docs, { base });
  const site = `${docs}.vitepress/dist`;
  const faults = faultsOfBuild(site, base);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`docs/.vitepress/dist after ${seconds} s`);
}
