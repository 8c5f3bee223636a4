import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';
import { headerContext, hono } from 'meterbook/http';

setupMetrics({
  serviceName: 'example-hono',
  registries: [agentMetrics],
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});

const app = new Hono();
// Before all others. `trust` where a gateway sets these headers: X-Organization-Id and others.
app.use(hono({ context: headerContext({ trust: true }) }));

app.get('/agents/:id', (context) => context.json({ id: context.req.param('id') }));
app.get('/broken', () => {
  throw new Error('this one always fails');
});

const port = Number(process.env['PORT'] ?? 3000);
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, ({ port }) => {
  console.log(
    `Listening. Try: curl -H 'x-organization-id: org-1' http://127.0.0.1:${port}/agents/7`,
  );
});
