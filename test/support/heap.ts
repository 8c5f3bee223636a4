import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Asked for here, so that no test needs flags on the command line.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use on the heap and in typed arrays, after collecting garbage. */
export function usedBytes(): number {
  // Twice: what the first run only marked for finalization goes with the second.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
