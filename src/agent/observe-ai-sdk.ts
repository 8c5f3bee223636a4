import type { Attributes } from '../declare/index.js';
import {
  type AgentInstrumentName,
  ATTR_GEN_AI_TOKEN_TYPE,
  agentMetrics,
  type Instrument,
  instrumentsOf,
  type RegistryWith,
} from '../standard/index.js';
import { countCall, currentAgent } from './streams/agent-scope.js';
import { CallAttributes } from './streams/call-attributes.js';
import { callerContext } from './streams/caller-context.js';
import { failureType } from './streams/failure-type.js';
import type { ModelCallAttributes } from './streams/options.js';
import { usageOf } from './streams/recognizers/ai-sdk.js';
import { isText, property } from './streams/shapes.js';
import { attempt } from './streams/stream-observer.js';

const INSTRUMENTS = [
  'agentStepDuration',
  'genAiExecuteToolDuration',
  'genAiClientTokenUsage',
  'genAiInvokeAgentDuration',
  'genAiInvokeAgentInferenceCalls',
  'genAiInvokeAgentToolCalls',
] as const satisfies readonly AgentInstrumentName[];
type InstrumentName = (typeof INSTRUMENTS)[number];

/** Options of {@link aiTelemetry}. */
export interface AiTelemetryOptions<R = typeof agentMetrics> {
  /** Where it records. Default: `agentMetrics`, the standard registry. */
  readonly registry?: (R & RegistryWith<R, InstrumentName>) | undefined;
  /** The agent's name, for `gen_ai.agent.name`. Default: left out. */
  readonly agentName?: string | undefined;
  /** Added to every measurement. The provider is otherwise the first part of what the model says. */
  readonly attributes?: Partial<ModelCallAttributes<R>> | undefined;
  /**
   * Whether it records the tokens of the calls of models and counts them for an agent around it;
   * false where `observeStream` or `observeModelCall` does that. Default true.
   */
  readonly modelCalls?: boolean | undefined;
}

/** What the `ai` package tells of; the events as far as they are read. */
export interface AiTelemetry {
  onStart(event: AiModelEvent): void;
  onStepStart(event: AiModelEvent): void;
  onToolCallStart(event: object): void;
  onToolCallFinish(event: AiToolEvent): void;
  onStepFinish(event: AiStepEvent): void;
  onFinish(event: object): void;
}

/** The model of a call. */
export interface AiModelEvent {
  readonly model: { readonly provider: string; readonly modelId: string };
}

/** A tool that has been called; `durationMs` is in milliseconds. */
export interface AiToolEvent {
  readonly toolCall: { readonly toolName: string };
  readonly durationMs: number;
  readonly error?: unknown;
}

/** A step that is over. */
export interface AiStepEvent extends AiModelEvent {
  readonly usage: object;
  readonly response: { readonly modelId: string };
}

/**
 * The telemetry integration of the `ai` package, version 6, for one call of `generateText`,
 * `streamText` or an agent: make one for each call. Records `agent.step.duration`, s,
 * `gen_ai.execute_tool.duration`, s, with `error.type`, `gen_ai.client.token.usage`, {token}, of each
 * step, and for the call as a whole `gen_ai.invoke_agent.duration`, s, `.inference_calls` and
 * `.tool_calls`. Inside of `observeAgent` it counts for that agent instead, and records no invocation.
 *
 * The package tells of no call that fails: put `observeAgent` around it to have its failures.
 *
 * Throws `INVALID_REGISTRY` for a registry without the instruments; what it is told of never fails.
 *
 * ```ts
 * await generateText({ model, prompt, tools, experimental_telemetry: { integrations: aiTelemetry() } });
 * ```
 */
export function aiTelemetry<R extends object = typeof agentMetrics>(
  options: AiTelemetryOptions<R> = {},
): AiTelemetry {
  const { registry = agentMetrics, agentName, modelCalls = true } = options;
  const it = instrumentsOf(registry, INSTRUMENTS, 'aiTelemetry()');
  const all = INSTRUMENTS.map((name) => it[name]);
  const given = new CallAttributes(options.attributes as Attributes | undefined, all);
  const inContext = callerContext();
  const isInvocation = currentAgent() === undefined;
  const now = performance.now();
  const run = { startedAt: now, stepStartedAt: now, steps: 0, tools: 0, requestModel: '' };

  const note = (fn: () => void): void => attempt(() => inContext(fn));
  const record = (
    instrument: Instrument,
    value: number,
    found: Readonly<Record<string, string | undefined>>,
  ): void => {
    const learned = { 'gen_ai.agent.name': agentName, ...found };
    attempt(() => instrument.record(value, given.of(instrument, learned)));
  };
  const secondsSince = (millis: number): number => (performance.now() - millis) / 1000;

  return {
    onStart: (event) =>
      note(() => {
        run.startedAt = performance.now();
        run.requestModel = event.model.modelId;
      }),
    onStepStart: () =>
      note(() => {
        run.stepStartedAt = performance.now();
        run.steps += 1;
        if (modelCalls) countCall('inferenceCalls');
      }),
    onToolCallStart: () =>
      note(() => {
        run.tools += 1;
        countCall('toolCalls');
      }),
    onToolCallFinish: (event) =>
      note(() => {
        const error = property(event, 'error');
        record(it.genAiExecuteToolDuration, event.durationMs / 1000, {
          'gen_ai.tool.name': event.toolCall.toolName,
          'gen_ai.tool.type': 'function',
          'error.type': error === undefined ? undefined : failureType(error),
        });
      }),
    onStepFinish: (event) =>
      note(() => {
        record(it.agentStepDuration, secondsSince(run.stepStartedAt), {});
        if (!modelCalls) return;
        const usage = usageOf(event.usage);
        for (const type of ['input', 'output'] as const) {
          if (usage?.[type] === undefined) continue;
          record(it.genAiClientTokenUsage, usage[type], {
            ...modelOf(event),
            [ATTR_GEN_AI_TOKEN_TYPE]: type,
          });
        }
      }),
    onFinish: () =>
      note(() => {
        if (!isInvocation) return;
        const found = { 'gen_ai.request.model': run.requestModel };
        record(it.genAiInvokeAgentDuration, secondsSince(run.startedAt), found);
        record(it.genAiInvokeAgentInferenceCalls, run.steps, found);
        record(it.genAiInvokeAgentToolCalls, run.tools, found);
      }),
  };
}

/** `openai.responses` is an API of the provider `openai`. */
function modelOf({ model, response }: AiStepEvent): Readonly<Record<string, string | undefined>> {
  const provider = property(model, 'provider');
  const responseModel = property(response, 'modelId');
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': isText(provider) ? provider.split('.')[0] : undefined,
    'gen_ai.request.model': model.modelId,
    'gen_ai.response.model': isText(responseModel) ? responseModel : undefined,
  };
}
