import { panelsFor } from './panels.js';
import { type Instruments, type Plan, row } from './plan.js';

const ROUTE = ['http.route'];
const POOL = ['db.client.connection.pool.name'];

/** Rates, errors and latencies of a service, by endpoint; and what it depends on. */
export function servicePlan(instruments: Instruments): Plan {
  const p = panelsFor(instruments);
  return {
    purpose: 'service',
    title: 'Service overview',
    description: 'Requests, errors and latencies by endpoint, and what the service depends on.',
    variables: [],
    rows: [
      ...row('Requests', [
        p.rate('Requests by endpoint', 'http.server.requests', { by: ROUTE }),
        p.errors('Share of failed requests by endpoint', 'http.server.requests', { by: ROUTE }),
        p.quantiles('Duration of requests', 'http.server.request.duration'),
        p.quantile('P95 by endpoint', 'http.server.request.duration', 0.95, { by: ROUTE }),
        p.table('Endpoints', 'http.server.request.duration', 'http.route'),
        p.rate('Requests by status', 'http.server.requests', { by: ['http.response.status_code'] }),
        p.quantile('P95 to the first byte by endpoint', 'http.server.time_to_first_byte', 0.95, {
          by: ROUTE,
        }),
        p.level('Requests under way', 'http.server.active_requests', {
          by: ['http.request.method'],
        }),
      ]),
      ...row('Readiness', [
        p.level('Ready', 'service.readiness'),
        p.rate('Timeouts by dependency', 'agent.timeouts', { by: ['agent.dependency'] }),
      ]),
      ...row('Open connections', [
        p.level('SSE sessions', 'sse.sessions.active'),
        p.rate('SSE disconnects', 'sse.disconnects'),
        p.quantiles('Length of SSE sessions', 'sse.session.duration'),
        p.level('WebSocket sessions', 'websocket.sessions.active', { by: ROUTE }),
        p.rate('WebSocket disconnects', 'websocket.disconnects', { by: ROUTE }),
        p.quantiles('Length of WebSocket sessions', 'websocket.session.duration'),
      ]),
      ...row('HTTP requests made', [
        p.rate('Requests by server', 'http.client.request.duration', { by: ['server.address'] }),
        p.errors('Share of failed requests by server', 'http.client.request.duration', {
          by: ['server.address'],
        }),
        p.quantile('P95 by server', 'http.client.request.duration', 0.95, {
          by: ['server.address'],
        }),
      ]),
      ...row('Database', [
        p.rate('Queries by operation', 'db.client.operation.duration', {
          by: ['db.operation.name'],
        }),
        p.errors('Share of failed queries', 'db.client.operation.duration', {
          by: ['db.operation.name'],
        }),
        p.quantiles('Duration of queries', 'db.client.operation.duration'),
        p.level('Connections by state', 'db.client.connection.count', {
          by: ['db.client.connection.state'],
        }),
        p.level('Most connections', 'db.client.connection.max', { by: POOL }),
        p.level('Most idle connections', 'db.client.connection.idle.max', { by: POOL }),
        p.level('Fewest idle connections', 'db.client.connection.idle.min', { by: POOL }),
        p.quantiles('Time to connect', 'db.client.connection.create_time'),
        p.quantiles('Time that connections are used', 'db.client.connection.use_time'),
        p.rate('Timeouts of pools', 'db.client.connection.timeouts', { by: POOL }),
      ]),
    ],
  };
}

/** Where the time of a job goes. */
export function bottlenecksPlan(instruments: Instruments): Plan {
  const p = panelsFor(instruments);
  const shares =
    'Sums over sums: of all the time spent, how much passed before the first token. What never had a first token counts in the whole alone.';
  return {
    purpose: 'bottlenecks',
    title: 'Bottlenecks',
    description:
      'Where the time goes: before the first token, in tools, in queues, in the database.',
    variables: [],
    rows: [
      ...row('Before the first token', [
        p.share('Share of jobs before the first token', 'job.time_to_first_token', 'job.duration', {
          by: ['gen_ai.request.model'],
          description: shares,
        }),
        p.share(
          'Share of model calls before the first chunk',
          'gen_ai.client.operation.time_to_first_chunk',
          'gen_ai.client.operation.duration',
          { by: ['gen_ai.request.model'], description: shares },
        ),
        p.share(
          'Share of requests before the first byte',
          'http.server.time_to_first_byte',
          'http.server.request.duration',
          { by: ROUTE, description: shares },
        ),
        p.quantile('P95 per output chunk', 'gen_ai.client.operation.time_per_output_chunk', 0.95, {
          by: ['gen_ai.request.model'],
        }),
        p.quantile('P95 to the first byte of a model', 'agent.model.time_to_first_byte', 0.95, {
          by: ['gen_ai.request.model'],
        }),
        p.quantile('P95 to the first text of a model', 'agent.model.time_to_first_text', 0.95, {
          by: ['gen_ai.request.model'],
        }),
      ]),
      ...row('Distributions', [
        p.heatmap('First token of jobs', 'job.time_to_first_token'),
        p.heatmap('Jobs', 'job.duration'),
        p.heatmap('First chunk of models', 'gen_ai.client.operation.time_to_first_chunk'),
        p.heatmap('Model calls', 'gen_ai.client.operation.duration'),
        p.heatmap('Requests', 'http.server.request.duration'),
        p.heatmap('Tools', 'gen_ai.execute_tool.duration'),
      ]),
      ...row('Steps and queues', [
        p.quantiles('Steps', 'agent.step.duration'),
        p.quantiles('Waiting to be admitted', 'agent.admission.wait_time'),
        p.quantiles('Waiting for a connection', 'db.client.connection.wait_time'),
        p.level('Requests waiting for a connection', 'db.client.connection.pending_requests', {
          by: POOL,
        }),
        p.level('Runs by mode', 'agent.runs.active', { by: ['agent.run.mode'] }),
      ]),
    ],
  };
}
