/**
 * A Prometheus 3 for the end-to-end tests, built once from its Go module and kept in
 * `node_modules/.cache`: Debian's 2.42 has no receiver of OTLP.
 *
 * `node scripts/prometheus.mjs` prints the path of the program, and its progress beside that.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtOnce } from './support/go.mjs';

/** Prometheus 3.x.y has the module version 0.3xx.y. */
const VERSION = '0.316.0';

/**
 * The path of the server. The first call builds it, some minutes on two cores, without its web pages
 * and without service discovery, which are most of it.
 *
 * @param {(line: string) => void} [log] told of the progress
 * @returns {Promise<string>}
 */
export async function prometheusProgram(log = console.error) {
  return builtOnce(
    `prometheus-${VERSION}`,
    async (folder, run) => {
      log(`building Prometheus ${VERSION.replace(/^0\.3/, '3.')}, once: it takes minutes`);
      const server = `github.com/prometheus/prometheus/cmd/prometheus@v${VERSION}`;
      await run('go', ['install', '-tags', 'remove_all_sd', server]);
      return join(folder, 'prometheus');
    },
    log,
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await prometheusProgram());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
