export type { AgentInstrumentName, AgentInstruments, Duration } from '../standard/index.js';
export { agentInstruments, agentMetrics } from '../standard/index.js';
export type { AgentHelperOptions, AgentHelpers } from './agent-helpers.js';
export { agentHelpers } from './agent-helpers.js';
export type { TokenCounts } from './helpers/models.js';
export type { AgentCalls } from './helpers/runs.js';
export type { AiTelemetry, AiTelemetryOptions } from './observe-ai-sdk.js';
export { aiTelemetry } from './observe-ai-sdk.js';
export { observeModelCall } from './observe-model-call.js';
export type { ModelStream, ModelStreamSource, ReadableStreamLike } from './observe-stream.js';
export { observeStream } from './observe-stream.js';
export type { WorkArguments, WorkOptions } from './observe-work.js';
export { observeAgent, observeStep, observeTool } from './observe-work.js';
export type { End } from './recorders.js';
export {
  recordAdmissionWait,
  recordAgentInvocation,
  recordConnectionCreation,
  recordConnectionTimeout,
  recordConnectionUse,
  recordConnectionWait,
  recordDatabaseOperation,
  recordDisconnect,
  recordEndpoint,
  recordFile,
  recordFirstToken,
  recordJobDuration,
  recordMessageCost,
  recordModelFirstChunk,
  recordModelOperation,
  recordOutputChunk,
  recordReadiness,
  recordRequestStart,
  recordRunStart,
  recordServerFirstToken,
  recordServerOutputToken,
  recordSessionDuration,
  recordSessionStart,
  recordStep,
  recordTimeout,
  recordTokens,
  recordToolExecution,
  recordUserMessage,
  recordWorkflow,
} from './standard.js';
export type { ChunkFacts } from './streams/chunk-facts.js';
export type { ModelCallAttributes, ModelCallOptions, ModelRegistry } from './streams/options.js';
export { recognizers } from './streams/recognizers/index.js';
export type { TokenUsage } from './token-usage.js';
export type { AgentRegistry } from './types.js';
