import type { Manifest } from '../../declare/index.js';
import { LiveProblem, startLive } from '../../live/index.js';
import { failed } from '../failure.js';

/** A live view within this process. */
export interface OwnLive {
  /** Where it is asked. */
  readonly url: string;
  /** Where services send to. */
  readonly receiverUrl: string;
  close(): Promise<void>;
}

/** Starts a receiver where services send to by themselves; it is asked on a port that is free. */
export async function startOwnLive(port: number, manifests: readonly Manifest[]): Promise<OwnLive> {
  try {
    const options = { port, pagePort: 0, page: false, manifests };
    const { pageUrl, receiverUrl, close } = await startLive(options);
    return { url: pageUrl, receiverUrl, close };
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    throw failed(
      `No live view runs here, and none can be started: ${error.message}`,
      'End what uses the port, or name another one with --port, or a live view with --url.',
    );
  }
}
