import { panelsFor } from './panels.js';
import { type Instruments, type Plan, row } from './plan.js';

const MODEL = ['gen_ai.request.model'];
const TOOL = ['gen_ai.tool.name'];
const AGENT = ['gen_ai.agent.name'];

/** Models, tokens, cost, agents and tools. */
export function modelsPlan(instruments: Instruments): Plan {
  const p = panelsFor(instruments);
  const call = 'gen_ai.client.operation.duration';
  const chunk = 'gen_ai.client.operation.time_to_first_chunk';
  const jobs = { 'First token': 'job.time_to_first_token', End: 'job.duration' };
  const calls = { 'First chunk': chunk, End: call };
  return {
    purpose: 'models',
    title: 'Models and agents',
    description: 'The first token against the whole, tokens, cost, agents and tools.',
    variables: [],
    rows: [
      ...row('Jobs', [
        p.compared('Jobs: first token and end, P50', jobs, 0.5),
        p.compared('Jobs: first token and end, P95', jobs, 0.95),
        p.quantiles('Time to the first token', 'job.time_to_first_token'),
        p.quantile('P95 to the first token by model', 'job.time_to_first_token', 0.95, {
          by: MODEL,
        }),
        p.rate('Jobs by outcome', 'job.duration', { by: ['job.outcome'] }),
        p.rate('Messages of users', 'agent.user_messages'),
      ]),
      ...row('Models', [
        p.compared('Model calls: first chunk and end, P50', calls, 0.5),
        p.compared('Model calls: first chunk and end, P95', calls, 0.95),
        p.rate('Calls by model', call, { by: MODEL }),
        p.errors('Share of failed calls by model', call, { by: MODEL }),
        p.quantile('P95 by model', call, 0.95, { by: MODEL }),
        p.quantile('P95 to the first chunk by model', chunk, 0.95, { by: MODEL }),
        p.table('Models', call, 'gen_ai.request.model'),
        p.quantiles(
          'First token as a model server measures it',
          'gen_ai.server.time_to_first_token',
        ),
        p.quantiles(
          'Each token as a model server measures it',
          'gen_ai.server.time_per_output_token',
        ),
      ]),
      ...row('Tokens and cost', [
        p.amount('Tokens', 'gen_ai.client.token.usage'),
        p.amount('Cost', 'agent.message.cost'),
        p.total('Messages with a cost', 'agent.message.cost'),
        p.amountRate('Tokens by type', 'gen_ai.client.token.usage', { by: ['gen_ai.token.type'] }),
        p.amountRate('Tokens by model', 'gen_ai.client.token.usage', { by: MODEL }),
        p.amountRate('Cost per second by model', 'agent.message.cost', { by: MODEL }),
        p.mean('Cost of a message by model', 'agent.message.cost', { by: MODEL }),
      ]),
      ...row('Agents', [
        p.rate('Runs by agent', 'gen_ai.invoke_agent.duration', { by: AGENT }),
        p.errors('Share of failed runs by agent', 'gen_ai.invoke_agent.duration', { by: AGENT }),
        p.quantiles('Duration of runs', 'gen_ai.invoke_agent.duration'),
        p.mean('Model calls in a run', 'gen_ai.invoke_agent.inference_calls', { by: AGENT }),
        p.mean('Tool calls in a run', 'gen_ai.invoke_agent.tool_calls', { by: AGENT }),
        p.quantiles('Workflows', 'gen_ai.workflow.duration'),
      ]),
      ...row('Tools', [
        p.rate('Calls by tool', 'gen_ai.execute_tool.duration', { by: TOOL }),
        p.errors('Share of failed calls by tool', 'gen_ai.execute_tool.duration', { by: TOOL }),
        p.quantile('P95 by tool', 'gen_ai.execute_tool.duration', 0.95, { by: TOOL }),
        p.table('Tools', 'gen_ai.execute_tool.duration', 'gen_ai.tool.name'),
        p.quantiles('Size of files', 'agent.file.size'),
      ]),
    ],
  };
}
