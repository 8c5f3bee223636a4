/**
 * A real OpenTelemetry Collector for the end-to-end tests, built once from `collector/builder.yaml` by
 * the Collector's own builder and kept in `node_modules/.cache` by the hash of that manifest.
 *
 * `node scripts/collector.mjs` prints the path of the program, and its progress beside that.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtOnce } from './support/go.mjs';
import { root } from './support/nodes.mjs';

const MANIFEST = join(root, 'collector', 'builder.yaml');
/** `dist.name` and `dist.output_path` of the manifest. */
const PROGRAM = 'otelcol-meterbook';

/**
 * The path of the Collector. The first call builds it, some minutes on two cores; the Go modules come
 * from the proxy that Go is set up with.
 *
 * @param {(line: string) => void} [log] told of the progress
 * @returns {Promise<string>}
 */
export async function collectorProgram(log = console.error) {
  const manifest = readFileSync(MANIFEST, 'utf8');
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 16);
  const version = /^\s*version: (\d+\.\d+\.\d+)$/m.exec(manifest)?.[1];
  if (version === undefined) throw new Error(`${MANIFEST} has no dist.version`);
  return builtOnce(
    `otelcol-${hash}`,
    async (folder, run) => {
      log(`building the OpenTelemetry Collector ${version}, once: it takes minutes`);
      await run('go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${version}`]);
      await run(join(folder, 'builder'), ['--config', MANIFEST]);
      return join(folder, PROGRAM, PROGRAM);
    },
    log,
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await collectorProgram());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
