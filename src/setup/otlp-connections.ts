import type { Agent } from 'node:http';
import { OWN_AGENT } from '../core/index.js';
import type { TlsMaterial } from './environment.js';

/**
 * The connections of one OTLP exporter. The exporter has no way to end what it has begun: its
 * timeout is one of idleness, which a server that answers byte by byte never meets, and its
 * connections would hold a process open that has shut down.
 */
export class OtlpConnections {
  private agent: Promise<Agent> | undefined;

  constructor(private readonly tls: TlsMaterial) {}

  /** The agent for a protocol, made on first use: loading TLS takes time. */
  readonly agentFor = (protocol: string): Promise<Agent> => {
    this.agent ??= makeAgent(protocol, this.tls);
    return this.agent;
  };

  /** Ends every request under way, with an error that the exporter does not retry. */
  async cut(reason: string): Promise<void> {
    const sockets = Object.values((await this.agent)?.sockets ?? {});
    for (const socket of sockets.flat()) socket?.destroy(new Error(reason));
  }

  /** Ends everything and makes no connection again. */
  async close(reason: string): Promise<void> {
    const agent = await this.agent;
    if (agent === undefined) return;
    agent.createConnection = () => {
      throw new Error(reason);
    };
    await this.cut(reason);
    agent.destroy();
  }
}

async function makeAgent(protocol: string, tls: TlsMaterial): Promise<Agent> {
  const agent =
    protocol === 'http:'
      ? new (await import('node:http')).Agent({ keepAlive: true })
      : new (await import('node:https')).Agent({ keepAlive: true, ...tls });
  return Object.assign(agent, { [OWN_AGENT]: true });
}
