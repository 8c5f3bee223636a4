import { chance, logNormal, type Random } from '../random.js';
import type { JobOutcome, Recording } from '../recording.js';
import { callModel, costOf, MODELS, ModelError } from './models.js';
import type { Agent } from './tenants.js';
import { chooseTool, runTool } from './tools.js';

/** What comes out of a run while it goes on. */
export interface AgentEvent {
  readonly type: 'text' | 'tool';
  readonly text: string;
}

/** What a run needs. */
export interface RunContext {
  readonly agent: Agent;
  readonly streamed: boolean;
  readonly recording: Recording;
  readonly random: Random;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

const INPUT_TOKENS = [900, 0.7] as const;
const USES_TOOLS = 0.4;

/**
 * One job of an agent: a model call, as often as not tools and a second model call. Yields the text
 * as it comes, and records what the run took, used and cost.
 */
export async function* runAgent(context: RunContext): AsyncGenerator<AgentEvent, void, undefined> {
  const { agent, streamed, recording } = context;
  const model = MODELS[agent.model];
  const job = { agent: agent.id, model: model.name, provider: model.provider, streamed };
  const start = process.hrtime.bigint();
  const usage = { firstToken: undefined as bigint | undefined, inferences: 0, tools: 0, cost: 0 };
  let outcome: JobOutcome = 'cancelled';
  const runEnded = recording.runStarted();
  try {
    const steps = chance(context.random, USES_TOOLS) ? 2 : 1;
    for (let step = 1; step <= steps; step++) {
      const stepStart = process.hrtime.bigint();
      for await (const text of infer(context, usage, start)) yield { type: 'text', text };
      if (step < steps) yield { type: 'tool', text: await useTool(context, usage) };
      recording.step(process.hrtime.bigint() - stepStart);
    }
    outcome = 'completed';
  } catch (error) {
    if (error instanceof ModelError) outcome = error.type === 'timeout' ? 'expired' : 'failed';
    throw error;
  } finally {
    runEnded();
    recording.job({ ...job, ...usage, outcome, duration: process.hrtime.bigint() - start });
  }
}

interface Usage {
  firstToken: bigint | undefined;
  inferences: number;
  tools: number;
  cost: number;
}

/** One model call. The first token of the first call is the first token of the job. */
async function* infer(
  { agent, recording, random, signal }: RunContext,
  usage: Usage,
  jobStart: bigint,
): AsyncGenerator<string, void, undefined> {
  const model = MODELS[agent.model];
  const inputTokens = Math.round(logNormal(random, ...INPUT_TOKENS));
  const start = process.hrtime.bigint();
  const chunkGaps: bigint[] = [];
  let firstChunk: bigint | undefined;
  let last = start;
  let outputTokens = 0;
  let errorType: string | undefined = 'cancelled';
  usage.inferences += 1;
  try {
    for await (const chunk of callModel(model, random, signal)) {
      const now = process.hrtime.bigint();
      if (firstChunk === undefined) firstChunk = now - start;
      else chunkGaps.push(now - last);
      usage.firstToken ??= now - jobStart;
      last = now;
      outputTokens += chunk.tokens;
      yield chunk.text;
    }
    errorType = undefined;
  } catch (error) {
    if (error instanceof ModelError) errorType = error.type;
    throw error;
  } finally {
    usage.cost += costOf(model, inputTokens, outputTokens);
    recording.modelCall({
      model: model.name,
      provider: model.provider,
      duration: process.hrtime.bigint() - start,
      firstChunk,
      chunkGaps,
      inputTokens,
      outputTokens,
      errorType,
    });
  }
}

async function useTool(
  { agent, recording, random, signal }: RunContext,
  usage: Usage,
): Promise<string> {
  const tool = chooseTool(random);
  const start = process.hrtime.bigint();
  usage.tools += 1;
  let errorType: string | undefined = 'cancelled';
  try {
    const worked = await runTool(tool, random, signal);
    errorType = worked ? undefined : 'tool_failed';
    return worked ? tool.name : `${tool.name} (failed)`;
  } finally {
    const duration = process.hrtime.bigint() - start;
    recording.tool({ tool: tool.name, agent: agent.id, duration, errorType });
  }
}
