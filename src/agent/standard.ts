import { defineRegistry } from '../otel/index.js';
import { agentHelpers } from './agent-helpers.js';
import { agentInstruments } from './instruments.js';

/**
 * The standard registry: {@link agentInstruments} under the scope `meterbook/agent`, for a service
 * that has no instruments of its own to add. Hand it to `setupMetrics({ registries: [agentMetrics] })`.
 */
export const agentMetrics = defineRegistry({
  scope: { name: 'meterbook/agent' },
  instruments: agentInstruments,
});

/** The helpers that record in {@link agentMetrics}. */
export const {
  recordFirstToken,
  recordJobDuration,
  recordEndpoint,
  recordRequestStart,
  recordModelOperation,
  recordModelFirstChunk,
  recordOutputChunk,
  recordTokens,
  recordServerFirstToken,
  recordServerOutputToken,
  recordAgentInvocation,
  recordToolExecution,
  recordWorkflow,
  recordStep,
  recordRunStart,
  recordAdmissionWait,
  recordTimeout,
  recordUserMessage,
  recordMessageCost,
  recordFile,
  recordSessionStart,
  recordSessionDuration,
  recordDisconnect,
  recordReadiness,
  recordDatabaseOperation,
  recordConnectionCreation,
  recordConnectionWait,
  recordConnectionUse,
  recordConnectionTimeout,
} = agentHelpers(agentMetrics);
