import { observeAgent, observeStep, observeStream, observeTool } from '../../src/agent/index.js';
import type { JobHandle, JobOutcome, JobTimings } from '../../src/jobs/index.js';
import { chance, logNormal, type Random } from '../random.js';
import type { Recording } from '../recording.js';
import type { ServiceContext } from './context.js';
import { callModel, costOf, type ModelChunk, ModelError } from './models.js';
import type { Agent } from './tenants.js';
import { chooseTool, runTool, ToolError } from './tools.js';

/** What comes out of a run while it goes on. */
export interface AgentEvent {
  readonly type: 'text' | 'tool';
  readonly text: string;
}

/** What a run needs. */
export interface RunContext {
  readonly agent: Agent;
  readonly streamed: boolean;
  readonly models: ServiceContext['models'];
  readonly recording: Recording;
  readonly timings: JobTimings;
  readonly random: Random;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** What a job has come to. */
interface Progress {
  readonly job: JobHandle;
  readonly start: bigint;
  firstToken: bigint | undefined;
  cost: number;
}

const INPUT_TOKENS = [900, 0.7] as const;
const USES_TOOLS = 0.4;

/**
 * One job of an agent: a model call, as often as not tools and a second model call. Yields the text
 * as it comes, and records what the job cost; its timings go to the database and the metrics, and
 * its parts are observed.
 */
export async function* runAgent(context: RunContext): AsyncGenerator<AgentEvent, void, undefined> {
  const { agent, streamed, recording, timings } = context;
  const model = agent.model;
  const job = timings.start({
    organizationId: agent.organization,
    projectId: agent.project,
    agentId: agent.id,
    type: 'message',
    model,
  });
  const start = process.hrtime.bigint();
  const progress: Progress = { job, start, firstToken: undefined, cost: 0 };
  let outcome: JobOutcome = 'cancelled';
  const runEnded = recording.runStarted();
  try {
    const invocation = () => invoke(context, progress);
    yield* observeAgent(agent.id, invocation, { 'gen_ai.request.model': model });
    outcome = 'completed';
  } catch (error) {
    if (error instanceof ModelError) outcome = error.type === 'timeout' ? 'expired' : 'failed';
    throw error;
  } finally {
    runEnded();
    recording.agentInvoked();
    job.end(outcome);
    const { firstToken, cost } = progress;
    recording.job({ model, streamed, outcome, firstToken, cost });
  }
}

async function* invoke(
  context: RunContext,
  progress: Progress,
): AsyncGenerator<AgentEvent, void, undefined> {
  const steps = chance(context.random, USES_TOOLS) ? 2 : 1;
  for (let step = 1; step <= steps; step++) {
    context.recording.stepTaken();
    yield* observeStep(() => takeStep(context, progress, step < steps));
  }
}

async function* takeStep(
  context: RunContext,
  progress: Progress,
  usesTool: boolean,
): AsyncGenerator<AgentEvent, void, undefined> {
  for await (const text of infer(context, progress)) yield { type: 'text', text };
  if (usesTool) yield { type: 'tool', text: await useTool(context) };
}

/** One model call. The first token of the first call is the first token of the job. */
async function* infer(
  { agent, models, recording, random, signal }: RunContext,
  progress: Progress,
): AsyncGenerator<string, void, undefined> {
  const model = models[agent.model];
  const input = Math.round(logNormal(random, ...INPUT_TOKENS));
  let chunks = 0;
  let usage: ModelChunk['usage'];
  const answer = observeStream(
    () => callModel(model, input, random, signal),
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': model.provider,
      'gen_ai.request.model': model.name,
    },
    {
      // A simulated model has a format of its own; those of the known clients need no recognizer.
      recognize: (chunk: ModelChunk) => ({
        isText: true,
        usage: chunk.usage,
        isFinal: chunk.usage !== undefined,
      }),
    },
  );
  try {
    for await (const chunk of answer) {
      progress.job.firstToken();
      progress.firstToken ??= process.hrtime.bigint() - progress.start;
      chunks += 1;
      usage = chunk.usage;
      yield chunk.text;
    }
  } finally {
    progress.cost += costOf(model, input, usage?.output ?? 0);
    recording.modelCalled({ chunks, usage });
  }
}

/** Calls a tool; what it says is what the agent goes on with, failed or not. */
async function useTool({ agent, recording, random, signal }: RunContext): Promise<string> {
  const tool = chooseTool(random);
  recording.toolCalled();
  try {
    await observeTool(tool.name, () => runTool(tool, random, signal), {
      'gen_ai.agent.name': agent.id,
      'gen_ai.tool.type': 'function',
    });
    return tool.name;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return `${tool.name} (failed)`;
  }
}
