import { attr, buckets, defineRegistry, histogram, setupMetrics } from 'meterbook';

const metrics = defineRegistry({
  scope: { name: 'support-agent' },
  instruments: {
    firstToken: histogram({
      name: 'job.time_to_first_token',
      description: 'From the start of a job to the first token it produced.',
      unit: 's',
      buckets: buckets.explicit([0.25, 0.5, 1, 2, 4]),
      attributes: {
        'gen_ai.request.model': attr.string({ maxValues: 50 }),
        'gen_ai.operation.name': attr.oneOf('chat', 'embeddings'),
      },
    }),
  },
});

// Without `otlp: false` it also sends OTLP to http://localhost:4318 every minute.
setupMetrics({ serviceName: 'support', registries: [metrics], prometheus: true, otlp: false });

const chat = { 'gen_ai.request.model': 'm-large', 'gen_ai.operation.name': 'chat' } as const;
metrics.firstToken.record(0.42, chat);

console.log(await (await fetch('http://127.0.0.1:9464/metrics')).text());
