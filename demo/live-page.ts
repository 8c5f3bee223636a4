import { agentMetrics } from '../src/agent/index.js';
import { jobStoreMetrics } from '../src/jobs/index.js';
import { startLive } from '../src/live/index.js';
import { serviceMetrics } from './metrics.js';

/**
 * Starts the live view with what the demo's registries declare, on free ports if none are given. What the demo's receiver has
 * taken is handed on to it, so that the page shows what the ledger counts.
 */
export async function startPage(ports = { port: 0, pagePort: 0 }): Promise<LivePage> {
  const { receiverUrl, pageUrl, close } = await startLive({
    ...ports,
    manifests: [agentMetrics.manifest(), serviceMetrics.manifest(), jobStoreMetrics.manifest()],
  });
  // The demo is short: a minute shows more of it than the usual five.
  return { receiverUrl, pageUrl: `${pageUrl}?range=60`, close };
}

/** A running live view. */
export interface LivePage {
  readonly receiverUrl: string;
  readonly pageUrl: string;
  close(): Promise<void>;
}

/** Hands export requests on, one after the other, to a receiver of metrics. */
export class Forwarder {
  private tail: Promise<void> = Promise.resolve();
  private failures = 0;

  /** @param url the receiver's, without the path */
  constructor(private readonly url: string) {}

  /** Requests that did not arrive. */
  get failed(): number {
    return this.failures;
  }

  /** @param body a request in protobuf, not packed */
  send(body: Uint8Array): void {
    this.tail = this.tail.then(() => this.post(body));
  }

  /** Waits until all have been handed on. */
  settled(): Promise<void> {
    return this.tail;
  }

  private async post(body: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'application/x-protobuf' };
    try {
      const answer = await fetch(`${this.url}/v1/metrics`, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      if (!answer.ok) this.failures += 1;
    } catch {
      this.failures += 1;
    }
  }
}
