import type { Attributes } from '../../declare/index.js';
import { type Duration, type Instruments, toSeconds } from '../../standard/index.js';
import { activities, durations, type End, increments, read, sharing } from '../recorders.js';
import type { AttributesFor, AttributesForAll } from '../types.js';

/** How often one invocation of an agent called models and tools; what is not known is left out. */
export interface AgentCalls {
  readonly inferenceCalls?: number | undefined;
  readonly toolCalls?: number | undefined;
}

/** What is recorded of agents at work. */
export interface RunHelpers<R> {
  /**
   * Records one invocation of an agent: `gen_ai.invoke_agent.duration`, s, and, of the counts given,
   * `gen_ai.invoke_agent.inference_calls` and `gen_ai.invoke_agent.tool_calls`.
   */
  recordAgentInvocation(
    invocation: Duration & AgentCalls,
    ...attributes: AttributesForAll<
      R,
      'genAiInvokeAgentDuration' | 'genAiInvokeAgentInferenceCalls' | 'genAiInvokeAgentToolCalls'
    >
  ): void;
  /**
   * Records `gen_ai.execute_tool.duration`, s: from calling a tool to its result. Its count is the
   * number of executions.
   */
  recordToolExecution(
    elapsed: Duration,
    ...attributes: AttributesFor<R, 'genAiExecuteToolDuration'>
  ): void;
  /** Records `gen_ai.workflow.duration`, s: from the start of a workflow to its end. */
  recordWorkflow(elapsed: Duration, ...attributes: AttributesFor<R, 'genAiWorkflowDuration'>): void;
  /** Records `agent.step.duration`, s: a call of a model and the tools that it asked for. */
  recordStep(elapsed: Duration, ...attributes: AttributesFor<R, 'agentStepDuration'>): void;
  /** Counts a run in `agent.runs.active` until the function returned is called. */
  recordRunStart(...attributes: AttributesFor<R, 'agentRunsActive'>): End;
  /** Records `agent.admission.wait_time`, s: from the arrival of a request to its being let in. */
  recordAdmissionWait(
    waited: Duration,
    ...attributes: AttributesFor<R, 'agentAdmissionWaitTime'>
  ): void;
  /** Counts one deadline that passed in `agent.timeouts`, by `agent.dependency`. */
  recordTimeout(...attributes: AttributesFor<R, 'agentTimeouts'>): void;
}

export function runHelpers(it: Instruments): Record<keyof RunHelpers<unknown>, unknown> {
  return {
    recordAgentInvocation: invocations(it),
    recordToolExecution: durations(it.genAiExecuteToolDuration),
    recordWorkflow: durations(it.genAiWorkflowDuration),
    recordStep: durations(it.agentStepDuration),
    recordRunStart: activities(it.agentRunsActive),
    recordAdmissionWait: durations(it.agentAdmissionWaitTime),
    recordTimeout: increments(it.agentTimeouts),
  };
}

function invocations(it: Instruments) {
  const duration = it.genAiInvokeAgentDuration;
  const inferences = it.genAiInvokeAgentInferenceCalls;
  const tools = it.genAiInvokeAgentToolCalls;
  const ofDuration = sharing(duration, [inferences, tools]);
  const ofInferences = sharing(inferences, [duration, tools]);
  const ofTools = sharing(tools, [duration, inferences]);
  return (invocation: Duration & AgentCalls, attributes?: Attributes): void => {
    duration.record(toSeconds(invocation), ofDuration(attributes));
    const inferenceCalls = read(invocation, 'inferenceCalls');
    if (inferenceCalls !== undefined) inferences.record(inferenceCalls, ofInferences(attributes));
    const toolCalls = read(invocation, 'toolCalls');
    if (toolCalls !== undefined) tools.record(toolCalls, ofTools(attributes));
  };
}
