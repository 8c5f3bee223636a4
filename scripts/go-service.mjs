/**
 * The service in Go of `test/e2e/live-languages.test.ts`, built once for each of its versions and kept in
 * `node_modules/.cache`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from './support/go.mjs';
import { root } from './support/nodes.mjs';

const SOURCES = join(root, 'test', 'e2e', 'go-service');

/**
 * The path of the program. The first call builds it, in about half a minute on two cores.
 *
 * @param {(line: string) => void} [log] told of the progress
 * @returns {Promise<string>}
 */
export async function goServiceProgram(log = console.error) {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum'])
    hash.update(readFileSync(join(SOURCES, name)));
  return builtOnce(
    `go-service-${hash.digest('hex').slice(0, 12)}`,
    async (folder, run) => {
      log('building a service with the OpenTelemetry SDK of Go, once');
      const program = join(folder, 'go-service');
      await run('go', ['build', '-C', SOURCES, '-o', program, '.']);
      return program;
    },
    log,
  );
}
