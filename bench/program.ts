/**
 * What `meterbook bench` runs: compiled into `dist/bench` beside the workers, the lock files of the
 * libraries and the programs of other languages.
 */
import { fileURLToPath } from 'node:url';
import { parseOptions } from './options.js';
import { runBench } from './run.js';

const sources = {
  bench: fileURLToPath(new URL('.', import.meta.url)),
  entry: fileURLToPath(new URL('../index.js', import.meta.url)),
};
try {
  process.exitCode = await runBench(parseOptions(process.argv.slice(2)), sources);
} catch (error) {
  console.error(`meterbook: ${(error as Error).message}`);
  process.exitCode = 1;
}
