import {
  recordAdmissionWait,
  recordAgentInvocation,
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
  recordSessionDuration,
  recordSessionStart,
  recordStep,
  recordTimeout,
  recordTokens,
  recordToolExecution,
  recordUserMessage,
} from '../src/agent/index.js';
import { withAttributes } from '../src/index.js';
import type { Tally } from './ledger/tally.js';
import { serviceMetrics } from './metrics.js';
import type {
  Caller,
  End,
  FinishedJob,
  FinishedModelCall,
  FinishedRequest,
  FinishedToolCall,
  Recording,
} from './recording.js';

/**
 * Records what the service tells in the standard registry and in the demo's own, and counts each
 * record in the tally. All that the demo's service records is in this file.
 */
export class StandardRecording implements Recording {
  private readonly tally: Tally;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  inRequest<Result>(caller: Caller, handle: () => Result): Result {
    const context = {
      'organization.id': caller.organization,
      'project.id': caller.project,
      'template.id': caller.template,
      'agent.id': caller.agent,
    };
    return withAttributes(context, handle);
  }

  requestStarted(method: string): End {
    const attributes = {
      'http.request.method': knownMethod(method),
      'url.scheme': 'http',
    } as const;
    return this.active('http.server.active_requests', recordRequestStart(attributes));
  }

  requestFinished({ method, route, status, cut, duration }: FinishedRequest): void {
    const failed = status !== undefined && status >= 500 ? String(status) : undefined;
    this.timed('http.server.request.duration', duration);
    this.tally.note('sum', 'http.server.requests', 1);
    recordEndpoint(
      { nanoseconds: duration },
      {
        'http.request.method': knownMethod(method),
        'url.scheme': 'http',
        'http.route': route,
        'http.response.status_code': status,
        'error.type': failed ?? (cut ? 'caller_left' : undefined),
        'network.protocol.version': '1.1',
      },
    );
  }

  admitted(waited: bigint): void {
    this.timed('agent.admission.wait_time', waited);
    recordAdmissionWait({ nanoseconds: waited });
  }

  userMessage(): void {
    this.tally.note('sum', 'agent.user_messages', 1);
    recordUserMessage();
  }

  file(bytes: number): void {
    this.tally.note('histogram', 'agent.file.size', bytes);
    recordFile({ bytes });
  }

  runStarted(): End {
    return this.active('agent.runs.active', recordRunStart({ 'agent.run.mode': 'foreground' }));
  }

  job(job: FinishedJob): void {
    const attributes = { 'job.type': 'message', 'gen_ai.request.model': job.model } as const;
    const nanoseconds = job.duration;
    if (job.firstToken !== undefined) this.firstToken(job, job.firstToken);
    this.timed('job.duration', job.duration);
    recordJobDuration({ nanoseconds }, { ...attributes, 'job.outcome': job.outcome });

    this.timed('gen_ai.invoke_agent.duration', job.duration);
    this.tally.note('histogram', 'gen_ai.invoke_agent.inference_calls', job.inferences);
    this.tally.note('histogram', 'gen_ai.invoke_agent.tool_calls', job.tools);
    recordAgentInvocation(
      { nanoseconds, inferenceCalls: job.inferences, toolCalls: job.tools },
      {
        'gen_ai.agent.name': job.agent,
        'gen_ai.request.model': job.model,
        'error.type': job.outcome === 'completed' ? undefined : job.outcome,
      },
    );
    this.tally.note('histogram', 'agent.message.cost', job.cost);
    recordMessageCost({ usd: job.cost }, { 'gen_ai.request.model': job.model });
  }

  modelCall(call: FinishedModelCall): void {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': call.provider,
      'gen_ai.request.model': call.model,
    } as const;
    this.timed('gen_ai.client.operation.duration', call.duration);
    const operation = { ...attributes, 'error.type': call.errorType };
    recordModelOperation({ nanoseconds: call.duration }, operation);

    if (call.firstChunk === undefined) return;
    this.timed('gen_ai.client.operation.time_to_first_chunk', call.firstChunk);
    recordModelFirstChunk({ nanoseconds: call.firstChunk }, attributes);
    for (const gap of call.chunkGaps) {
      this.timed('gen_ai.client.operation.time_per_output_chunk', gap);
      recordOutputChunk({ nanoseconds: gap }, attributes);
    }
    this.tally.note('histogram', 'gen_ai.client.token.usage', call.inputTokens);
    this.tally.note('histogram', 'gen_ai.client.token.usage', call.outputTokens);
    recordTokens({ input: call.inputTokens, output: call.outputTokens }, attributes);
  }

  tool({ tool, agent, duration, errorType }: FinishedToolCall): void {
    this.timed('gen_ai.execute_tool.duration', duration);
    recordToolExecution(
      { nanoseconds: duration },
      {
        'gen_ai.tool.name': tool,
        'gen_ai.agent.name': agent,
        'gen_ai.tool.type': 'function',
        'error.type': errorType,
      },
    );
  }

  step(duration: bigint): void {
    this.timed('agent.step.duration', duration);
    recordStep({ nanoseconds: duration });
  }

  sessionOpened(): End {
    return this.active('sse.sessions.active', recordSessionStart());
  }

  sessionLeft(): void {
    this.tally.note('sum', 'sse.disconnects', 1);
    recordDisconnect();
  }

  sessionClosed(duration: bigint): void {
    this.timed('sse.session.duration', duration);
    recordSessionDuration({ nanoseconds: duration });
  }

  timeout(dependency: 'request' | 'provider' | 'cache'): void {
    this.tally.note('sum', 'agent.timeouts', 1);
    recordTimeout({ 'agent.dependency': dependency });
  }

  ready(isReady: boolean): void {
    this.tally.note('gauge', 'service.readiness', isReady ? 1 : 0);
    recordReadiness(isReady);
  }

  databaseRead(collection: string, duration: bigint): void {
    this.timed('db.client.operation.duration', duration);
    recordDatabaseOperation(
      { nanoseconds: duration },
      {
        'db.system.name': 'simulated',
        'db.operation.name': 'SELECT',
        'db.collection.name': collection,
      },
    );
  }

  private firstToken({ model, streamed }: FinishedJob, firstToken: bigint): void {
    this.timed('job.time_to_first_token', firstToken);
    const job = { 'job.type': 'message', 'gen_ai.request.model': model } as const;
    recordFirstToken({ nanoseconds: firstToken }, job);

    const route = `/v1/agents/:id/messages${streamed ? '/stream' : ''}`;
    this.timed('demo.route.time_to_first_token', firstToken);
    const attributes = { 'http.request.method': 'POST', 'http.route': route } as const;
    serviceMetrics.firstTokenByRoute.record(Number(firstToken) / 1e9, attributes);
  }

  private timed(instrument: string, nanoseconds: bigint): void {
    this.tally.note('histogram', instrument, Number(nanoseconds) / 1e9);
  }

  /** Counts one more of something that goes on, and one less at its end. */
  private active(instrument: string, end: End): End {
    this.tally.note('sum', instrument, 1);
    return () => {
      this.tally.note('sum', instrument, -1);
      end();
    };
  }
}

function knownMethod(method: string): 'GET' | 'POST' | '_OTHER' {
  return method === 'GET' || method === 'POST' ? method : '_OTHER';
}
