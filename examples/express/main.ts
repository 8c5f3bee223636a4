import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';
import { observeHttpServer } from 'meterbook/http';

setupMetrics({
  serviceName: 'example-express',
  registries: [agentMetrics],
  runtime: true,
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});
observeHttpServer({ exclude: ['/healthz'] });

const app = express();

app.get('/orders/:id', (request, response) => {
  if (request.params.id === '0') response.status(404).json({ error: 'no such order' });
  else response.json({ id: request.params.id });
});

// A stream: its first byte and its end are two different times.
app.get('/chat', async (_request, response) => {
  response.type('text/plain');
  for (const word of ['Good', ' things', ' take', ' time.\n']) {
    response.write(word);
    await setTimeout(100);
  }
  response.end();
});

app.get('/healthz', (_request, response) => void response.sendStatus(204));

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`Listening. Try: curl http://127.0.0.1:${port}/orders/7`);
});
