import {
  recordAdmissionWait,
  recordDatabaseOperation,
  recordFile,
  recordMessageCost,
  recordReadiness,
  recordRunStart,
  recordTimeout,
  recordUserMessage,
} from '../src/agent/index.js';
import { TOTAL_DURATION, TTFT } from './ledger/job-table.js';
import type { Tally } from './ledger/tally.js';
import { serviceMetrics } from './metrics.js';
import type { End, FinishedJob, FinishedModelCall, Recording } from './recording.js';

/** What the SDK measures by itself; the service's own clock has no part in these. */
export const MEASURED: ReadonlySet<string> = new Set([
  'http.server.request.duration',
  'http.server.time_to_first_byte',
  'sse.session.duration',
  'gen_ai.client.operation.duration',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.client.operation.time_per_output_chunk',
  'agent.model.time_to_first_byte',
  'agent.model.time_to_first_text',
  'gen_ai.execute_tool.duration',
  'gen_ai.invoke_agent.duration',
  'gen_ai.invoke_agent.inference_calls',
  'gen_ai.invoke_agent.tool_calls',
  'agent.step.duration',
  'job.time_to_first_token',
  'job.duration',
]);

/**
 * Records what the service tells in the standard registry and in the demo's own, and counts in the
 * tally what it records and what the SDK has to see. All that is recorded by hand is in this file.
 */
export class StandardRecording implements Recording {
  constructor(private readonly tally: Tally) {}

  requestArrived(): void {
    this.tally.see('http.server.request.duration');
    this.tally.note('sum', 'http.server.requests', 1);
    this.tally.note('sum', 'http.server.active_requests', 0);
  }

  streamBegan(): void {
    this.tally.see('http.server.time_to_first_byte');
    this.tally.see('sse.session.duration');
    this.tally.note('sum', 'sse.sessions.active', 0);
  }

  streamLeft(): void {
    this.tally.note('sum', 'sse.disconnects', 1);
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
    const end = recordRunStart({ 'agent.run.mode': 'foreground' });
    this.tally.note('sum', 'agent.runs.active', 1);
    return () => {
      this.tally.note('sum', 'agent.runs.active', -1);
      end();
    };
  }

  agentInvoked(): void {
    this.tally.see('gen_ai.invoke_agent.duration');
    this.tally.see('gen_ai.invoke_agent.inference_calls');
    this.tally.see('gen_ai.invoke_agent.tool_calls');
  }

  job({ model, streamed, firstToken, cost }: FinishedJob): void {
    this.tally.see('job.duration');
    this.tally.see(TOTAL_DURATION);
    if (firstToken !== undefined) {
      this.tally.see('job.time_to_first_token');
      this.tally.see(TTFT);
      this.firstTokenOf(`/v1/agents/:id/messages${streamed ? '/stream' : ''}`, firstToken);
    }
    this.tally.note('histogram', 'agent.message.cost', cost);
    recordMessageCost({ usd: cost }, { 'gen_ai.request.model': model });
  }

  modelCalled({ chunks, usage }: FinishedModelCall): void {
    this.tally.see('gen_ai.client.operation.duration');
    for (let i = 1; i < chunks; i++)
      this.tally.see('gen_ai.client.operation.time_per_output_chunk');
    if (chunks > 0) {
      this.tally.see('gen_ai.client.operation.time_to_first_chunk');
      this.tally.see('agent.model.time_to_first_byte');
      this.tally.see('agent.model.time_to_first_text');
    }
    for (const tokens of [usage?.input, usage?.output])
      if (tokens !== undefined) this.tally.note('histogram', 'gen_ai.client.token.usage', tokens);
  }

  toolCalled(): void {
    this.tally.see('gen_ai.execute_tool.duration');
  }

  stepTaken(): void {
    this.tally.see('agent.step.duration');
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

  /** No standard instrument has the first token of a job by route. */
  private firstTokenOf(route: string, firstToken: bigint): void {
    this.timed('demo.route.time_to_first_token', firstToken);
    const attributes = { 'http.request.method': 'POST', 'http.route': route } as const;
    serviceMetrics.firstTokenByRoute.record(Number(firstToken) / 1e9, attributes);
  }

  private timed(instrument: string, nanoseconds: bigint): void {
    this.tally.note('histogram', instrument, Number(nanoseconds) / 1e9);
  }
}
