import { resolve } from 'node:path';
import type { Manifest } from '../declare/index.js';
import { readAsking } from './asking.js';
import { type AssembleOptions, assembleLive, type Live } from './assemble.js';
import { pageAssets } from './assets.js';
import { Store } from './store/index.js';
import { answer } from './views/index.js';

/** Settings of the live view; everything has a default. */
export interface LiveOptions extends Omit<AssembleOptions, 'keep' | 'maxSeconds'> {
  /** Of history. Default 60. */
  readonly minutes?: number | undefined;
  /** Most bytes of history. Default 256 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Folder in which what comes in is kept for the next start. Default: it is not kept. */
  readonly keep?: string | undefined;
  /** Where relative paths begin. Default: the working folder of the process. */
  readonly cwd?: string | undefined;
  /** Registries with the SLOs and the descriptions of what is received. */
  readonly manifests?: readonly Manifest[] | undefined;
  /** Whether the page is served; answers are in any case. Default true. */
  readonly page?: boolean | undefined;
  /** Where traces are, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
}

const MINUTES = 60;
const MEBIBYTE = 1024 * 1024;
const MEMORY_BYTES = 256 * MEBIBYTE;
/** What is kept on disk is not as dense as what is in memory. */
const DISK_FACTOR = 4;

/**
 * Starts the live view: a receiver of OpenTelemetry metrics, a history in memory, and a page that shows
 * it. Nothing of it outlives {@link Live.close} but what `keep` says.
 *
 * @throws {LiveProblem} if it cannot listen, or the folder to keep things in cannot be used
 */
export async function startLive(options: LiveOptions = {}): Promise<Live> {
  const { minutes = MINUTES, memoryBytes = MEMORY_BYTES, manifests = [], keep } = options;
  const maxSeconds = minutes * 60;
  const store = new Store({ maxSeconds, maxBytes: memoryBytes });
  const { traceUrl, cwd = process.cwd() } = options;
  return assembleLive(
    {
      ...options,
      maxSeconds,
      keep:
        keep === undefined
          ? undefined
          : { folder: resolve(cwd, keep), maxBytes: memoryBytes * DISK_FACTOR },
    },
    {
      add: (resources, receivedAt) => store.add(resources, receivedAt),
      ask: readAsking,
      answer: (asking, received) => answer(store, asking, { manifests, traceUrl, ...received }),
      assets: options.page === false ? [] : await pageAssets(),
    },
  );
}
