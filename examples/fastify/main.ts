import fastify from 'fastify';
import { attr, counter, defineRegistry, setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';
import { fastifyPlugin } from 'meterbook/http';

const metrics = defineRegistry({
  scope: { name: 'example-fastify', version: '1.0.0' },
  instruments: {
    ordered: counter({
      name: 'shop.items.ordered',
      description: 'Items in the orders that were taken.',
      unit: '{item}',
      attributes: { 'shop.channel': attr.oneOf('web', 'phone') },
    }),
  },
});

setupMetrics({
  serviceName: 'example-fastify',
  registries: [agentMetrics, metrics],
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});

const app = fastify();
await app.register(fastifyPlugin); // Before all others.

app.get<{ Params: { id: string } }>('/orders/:id', (request) => ({ id: request.params.id }));

app.post<{ Body: { items: number } }>('/orders', (request) => {
  metrics.ordered.add(request.body.items, { 'shop.channel': 'web' });
  return { taken: true };
});

const url = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(
  `Listening. Try: curl ${url}/orders -H 'content-type: application/json' -d '{"items":3}'`,
);
