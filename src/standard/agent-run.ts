import { attr, buckets, counter, histogram, upDownCounter } from '../declare/index.js';
import {
  agentNameAttribute,
  contextAttributes,
  errorAttribute,
  IDLE_SECONDS,
  MODEL_LIMITS,
  modelAttribute,
} from './attributes.js';
import {
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_TOOL_TYPE,
  ATTR_GEN_AI_WORKFLOW_NAME,
  METRIC_GEN_AI_EXECUTE_TOOL_DURATION,
  METRIC_GEN_AI_INVOKE_AGENT_DURATION,
  METRIC_GEN_AI_INVOKE_AGENT_INFERENCE_CALLS,
  METRIC_GEN_AI_INVOKE_AGENT_TOOL_CALLS,
  METRIC_GEN_AI_WORKFLOW_DURATION,
} from './names.js';

/**
 * What an agent does between a message and its answer: invocations, tools, workflows, steps, runs.
 *
 * Source: GenAI metrics, agent, tool and workflow metrics (Development); those named `agent.*` are
 * ours.
 */
export const agentRunInstruments = {
  genAiInvokeAgentDuration: histogram({
    name: METRIC_GEN_AI_INVOKE_AGENT_DURATION,
    description: 'From invoking an agent to its final answer, or to the error in its place.',
    unit: 's',
    buckets: buckets.presets.agent,
    attributes: {
      ...agentNameAttribute,
      ...modelAttribute,
      ...errorAttribute,
      ...contextAttributes,
    },
    ...MODEL_LIMITS,
  }),
  genAiInvokeAgentInferenceCalls: histogram({
    name: METRIC_GEN_AI_INVOKE_AGENT_INFERENCE_CALLS,
    description: 'Calls of models that one invocation of an agent made.',
    unit: '{inference_call}',
    buckets: buckets.presets.calls,
    attributes: { ...agentNameAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  genAiInvokeAgentToolCalls: histogram({
    name: METRIC_GEN_AI_INVOKE_AGENT_TOOL_CALLS,
    description: 'Calls of tools that one invocation of an agent made.',
    unit: '{tool_call}',
    buckets: buckets.presets.calls,
    attributes: { ...agentNameAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  genAiExecuteToolDuration: histogram({
    name: METRIC_GEN_AI_EXECUTE_TOOL_DURATION,
    description:
      'From calling a tool to its result, or to the error in its place. Its count is the number of tool executions.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: {
      // The tools that a service offers; a model that invents names cannot make more than these.
      [ATTR_GEN_AI_TOOL_NAME]: attr.string({ maxValues: 100 }),
      ...agentNameAttribute,
      [ATTR_GEN_AI_TOOL_TYPE]: attr
        .oneOf('function', 'extension', 'datastore', '_OTHER')
        .optional(),
      ...errorAttribute,
      ...contextAttributes,
    },
    ...MODEL_LIMITS,
  }),
  genAiWorkflowDuration: histogram({
    name: METRIC_GEN_AI_WORKFLOW_DURATION,
    description: 'From the start of a workflow of agents to its end, or to the error in its place.',
    unit: 's',
    buckets: buckets.presets.workflow,
    attributes: {
      // Workflows are written by hand, as templates are: the same bound.
      [ATTR_GEN_AI_WORKFLOW_NAME]: attr.string({ maxValues: 200 }).optional(),
      ...errorAttribute,
      ...contextAttributes,
    },
    idleSeconds: IDLE_SECONDS,
  }),
  agentStepDuration: histogram({
    name: 'agent.step.duration',
    description:
      'From the start to the end of one step of an agent: a call of a model and the tools that it asked for.',
    unit: 's',
    buckets: buckets.presets.agent,
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  agentRunsActive: upDownCounter({
    name: 'agent.runs.active',
    description: 'Runs of agents that have started and have not ended yet.',
    unit: '{run}',
    attributes: {
      'agent.run.mode': attr.oneOf('foreground', 'background'),
      ...contextAttributes,
    },
    idleSeconds: IDLE_SECONDS,
  }),
  agentAdmissionWaitTime: histogram({
    name: 'agent.admission.wait_time',
    description: 'From the arrival of a request for a run to the moment it was let in.',
    unit: 's',
    buckets: buckets.explicit([
      0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]),
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  agentTimeouts: counter({
    name: 'agent.timeouts',
    description: 'Deadlines that passed: of the request itself, of a model provider, of the cache.',
    unit: '{timeout}',
    // No context attributes: timeouts are rare, so that nearly each would be the first of its
    // series, which rate() cannot see. Closed and seeded with zero, it sees every one. Who was hit
    // is told by job.outcome = expired and by error.type of the model calls.
    attributes: { 'agent.dependency': attr.oneOf('request', 'provider', 'cache') },
    seedZero: true,
  }),
} as const;
