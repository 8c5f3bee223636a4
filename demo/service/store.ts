import { setTimeout as sleep } from 'node:timers/promises';
import { logNormal, type Random } from '../random.js';
import type { Recording } from '../recording.js';
import type { Agent } from './tenants.js';

/** The simulated database of agents: a look-up takes a few milliseconds. */
export class AgentStore {
  private readonly agents: ReadonlyMap<string, Agent>;
  private readonly recording: Recording;
  private readonly random: Random;

  constructor(agents: readonly Agent[], recording: Recording, random: Random) {
    this.agents = new Map(agents.map((agent) => [agent.id, agent]));
    this.recording = recording;
    this.random = random;
  }

  /** Whether there is such an agent; without asking the database. */
  has(id: string): boolean {
    return this.agents.has(id);
  }

  /** Reads an agent; `undefined` if there is none. */
  async find(id: string): Promise<Agent | undefined> {
    const start = process.hrtime.bigint();
    await sleep(logNormal(this.random, 2.5, 0.6));
    this.recording.databaseRead('agents', process.hrtime.bigint() - start);
    return this.agents.get(id);
  }
}
