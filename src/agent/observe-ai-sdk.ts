import { attempt } from '../core/index.js';
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
import { CANCELLED, failureType } from './streams/failure-type.js';
import type { ModelCallAttributes } from './streams/options.js';
import { usageOf } from './streams/recognizers/ai-sdk.js';
import { isText, property } from './streams/shapes.js';

const INSTRUMENTS = [
  'agentStepDuration',
  'genAiExecuteToolDuration',
  'genAiClientTokenUsage',
  'genAiClientOperationDuration',
  'genAiClientOperationTimeToFirstChunk',
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
   * Whether it records calls of models (their tokens; with version 7 their duration and first output)
   * and counts them for an agent around it; false where `observeStream` or `observeModelCall` does
   * that. Default true.
   */
  readonly modelCalls?: boolean | undefined;
}

/** What the `ai` package tells of, under the names of its versions 6 and 7. */
export type AiTelemetry = Readonly<Record<AiEvent, (event: object) => void>>;

type AiEvent =
  | 'onStart'
  | 'onStepStart'
  | 'onLanguageModelCallEnd'
  | 'onToolCallStart'
  | 'onToolExecutionStart'
  | 'onToolCallFinish'
  | 'onToolExecutionEnd'
  | 'onStepFinish'
  | 'onStepError'
  | 'onFinish'
  | 'onEnd'
  | 'onError'
  | 'onAbort';

/** A call of a model whose step is not over yet, milliseconds. */
interface PendingCall {
  readonly responseTime: unknown;
  readonly timeToFirstOutput: unknown;
}

/**
 * The telemetry integration of the `ai` package for one call of `generateText`, `streamText` or an
 * agent: make one for each call. Records `agent.step.duration`, s, `gen_ai.execute_tool.duration`, s,
 * with `error.type`, `gen_ai.client.token.usage`, {token}, of each step, and for the call as a whole
 * `gen_ai.invoke_agent.duration`, s, `.inference_calls` and `.tool_calls`. Inside of `observeAgent` it
 * counts for that agent instead, and records no invocation.
 *
 * Version 7 tells of calls of models as well, recorded as `gen_ai.client.operation.duration` and
 * `.time_to_first_chunk`, s, and of calls that fail. Version 6 does not: put `observeAgent` around the
 * call to have its failures.
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
  const { registry = agentMetrics, agentName, modelCalls = true, attributes } = options ?? {};
  const it = instrumentsOf(registry, INSTRUMENTS, 'aiTelemetry()');
  const all = INSTRUMENTS.map((name) => it[name]);
  const given = new CallAttributes(attributes as Attributes | undefined, all);
  const inContext = callerContext();
  const isInvocation = currentAgent() === undefined;
  const now = performance.now();
  const run = { startedAt: now, stepStartedAt: now, steps: 0, tools: 0, isOpen: true };
  let model: Found = {};
  let pending: PendingCall[] = [];

  const told = (fn: (event: object) => void) => (event: object) =>
    attempt(() => inContext(() => fn(event)));
  const record = (instrument: Instrument, value: unknown, found: Found): void => {
    if (typeof value !== 'number') return;
    const learned = { 'gen_ai.agent.name': agentName, ...found };
    attempt(() => instrument.record(value, given.of(instrument, learned)));
  };
  const secondsSince = (millis: number): number => (performance.now() - millis) / 1000;
  const recordCalls = (found: Found): void => {
    for (const { responseTime, timeToFirstOutput } of pending) {
      record(it.genAiClientOperationDuration, seconds(responseTime), found);
      record(it.genAiClientOperationTimeToFirstChunk, seconds(timeToFirstOutput), found);
    }
    pending = [];
  };
  const end = (errorType: string | undefined): void => {
    // Of an operation without steps, such as an embedding, there is nothing to say here.
    if (!isInvocation || !run.isOpen || run.steps === 0) return;
    run.isOpen = false;
    const found = { ...model, 'error.type': errorType };
    record(it.genAiInvokeAgentDuration, secondsSince(run.startedAt), found);
    record(it.genAiInvokeAgentInferenceCalls, run.steps, found);
    record(it.genAiInvokeAgentToolCalls, run.tools, found);
  };

  const onToolStart = told(() => {
    run.tools += 1;
    countCall('toolCalls');
  });
  const onToolEnd = told((event) => {
    const error = property(event, 'error') ?? property(property(event, 'toolOutput'), 'error');
    const millis = property(event, 'durationMs') ?? property(event, 'toolExecutionMs');
    record(it.genAiExecuteToolDuration, seconds(millis), {
      'gen_ai.tool.name': nameOf(property(property(event, 'toolCall'), 'toolName')),
      'gen_ai.tool.type': 'function',
      'error.type': error === undefined ? undefined : failureType(error),
    });
  });
  const onEnd = told(() => end(undefined));
  return {
    onStart: told((event) => {
      // One that is used again, for the next call, begins again.
      Object.assign(run, { startedAt: performance.now(), steps: 0, tools: 0, isOpen: true });
      model = modelOf(event);
    }),
    onStepStart: told((event) => {
      run.stepStartedAt = performance.now();
      run.steps += 1;
      model = { ...model, ...modelOf(event) };
      if (modelCalls) countCall('inferenceCalls');
    }),
    onLanguageModelCallEnd: told((event) => {
      const performance = property(event, 'performance');
      if (!modelCalls) return;
      pending.push({
        responseTime: property(performance, 'responseTimeMs'),
        timeToFirstOutput: property(performance, 'timeToFirstOutputMs'),
      });
    }),
    onToolCallStart: onToolStart,
    onToolExecutionStart: onToolStart,
    onToolCallFinish: onToolEnd,
    onToolExecutionEnd: onToolEnd,
    onStepFinish: told((event) => {
      record(it.agentStepDuration, secondsSince(run.stepStartedAt), {});
      if (!modelCalls) return;
      const responseModel = nameOf(property(property(event, 'response'), 'modelId'));
      const found = { ...model, ...modelOf(event), 'gen_ai.response.model': responseModel };
      recordCalls(found);
      const usage = usageOf(property(event, 'usage'));
      for (const type of ['input', 'output'] as const) {
        record(it.genAiClientTokenUsage, usage?.[type], {
          ...found,
          [ATTR_GEN_AI_TOKEN_TYPE]: type,
        });
      }
    }),
    onStepError: told((event) => {
      const since = secondsSince(run.stepStartedAt);
      record(it.agentStepDuration, since, {});
      if (!modelCalls) return;
      recordCalls(model);
      const found = { ...model, 'error.type': failureType(property(event, 'error')) };
      record(it.genAiClientOperationDuration, since, found);
    }),
    onFinish: onEnd,
    onEnd,
    onError: told((event) => end(failureType(property(event, 'error') ?? event))),
    onAbort: told(() => end(CANCELLED)),
  };
}

type Found = Readonly<Record<string, string | undefined>>;

/** The model of an event; `openai.responses` is an API of the provider `openai`. */
function modelOf(event: object): Found {
  // Version 6 has it in `model`, the events of version 7 themselves.
  const model = property(event, 'model') ?? event;
  const requestModel = nameOf(property(model, 'modelId'));
  if (requestModel === undefined) return {};
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': nameOf(property(model, 'provider'))?.split('.')[0],
    'gen_ai.request.model': requestModel,
  };
}

function nameOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

/** `undefined` for what is no number of milliseconds. */
function seconds(millis: unknown): number | undefined {
  return typeof millis === 'number' ? millis / 1000 : undefined;
}
