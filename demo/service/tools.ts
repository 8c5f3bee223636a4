import { setTimeout as sleep } from 'node:timers/promises';
import { chance, logNormal, pick, type Random } from '../random.js';

/** How one simulated tool behaves. */
export interface ToolProfile {
  readonly name: string;
  readonly weight: number;
  /** Seconds it takes: median, and spread of the log-normal. */
  readonly duration: readonly [median: number, spread: number];
  /** Share of calls, 0 to 1, that fail. */
  readonly fails: number;
}

const TOOLS: readonly [ToolProfile, ...ToolProfile[]] = [
  { name: 'search_memory', weight: 5, duration: [0.02, 0.5], fails: 0.005 },
  { name: 'fetch_page', weight: 3, duration: [0.12, 0.7], fails: 0.06 },
  { name: 'run_code', weight: 2, duration: [0.06, 0.9], fails: 0.03 },
];

/** Chooses the tool that an agent turns to. */
export function chooseTool(random: Random): ToolProfile {
  return pick(random, TOOLS);
}

/** What a tool fails with. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Runs a simulated tool; throws a {@link ToolError} as often as it fails. */
export async function runTool(
  tool: ToolProfile,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  await sleep(logNormal(random, ...tool.duration) * 1000, undefined, { signal });
  if (chance(random, tool.fails)) throw new ToolError(`${tool.name} failed`);
}
