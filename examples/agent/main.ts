import { createOpenAI } from '@ai-sdk/openai';
import { jsonSchema, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { setupMetrics, withAttributes } from 'meterbook';
import { agentMetrics, aiTelemetry, observeAgent, observeStream } from 'meterbook/agent';
import { startLocalModel } from './local-model.js';

const telemetry = setupMetrics({
  serviceName: 'example-agent',
  registries: [agentMetrics],
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});

// With OPENAI_API_KEY it asks OpenAI; otherwise a server of its own, which speaks the same protocol.
const key = process.env['OPENAI_API_KEY'] || undefined;
const local = key === undefined ? await startLocalModel() : undefined;
const openai = createOpenAI(
  local === undefined ? {} : { baseURL: `${local.url}/v1`, apiKey: 'none' },
);
const name = process.env['MODEL'] ?? 'gpt-5-mini';

const model = wrapLanguageModel({
  model: openai.chat(name),
  middleware: {
    specificationVersion: 'v3',
    // Each call of the model: first token, gaps, tokens, duration.
    wrapStream: async ({ doStream, model: { modelId } }) => {
      const startedAt = performance.now();
      const { stream, ...rest } = await doStream();
      const attributes = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': modelId,
      } as const;
      return { stream: observeStream(stream, attributes, { startedAt }), ...rest };
    },
  },
});

const lookUp = tool({
  description: 'Looks up where an order is.',
  inputSchema: jsonSchema<{ id: string }>({
    type: 'object',
    properties: { id: { type: 'string' } },
    required: ['id'],
  }),
  execute: async ({ id }) => ({ id, state: 'on its way' }),
});

async function ask(question: string): Promise<void> {
  const result = streamText({
    model,
    prompt: question,
    tools: { lookUp },
    stopWhen: stepCountIs(5),
    // Steps, tools and the whole run.
    experimental_telemetry: {
      integrations: aiTelemetry({ agentName: 'order-clerk', modelCalls: false }),
    },
  });
  process.stdout.write(`> ${question}\n`);
  for await (const text of result.textStream) process.stdout.write(text);
  process.stdout.write('\n');
}

for (const id of ['17', '18', '19']) {
  // Whom the measurements are for, down to every model call and tool.
  await withAttributes({ 'organization.id': `org-${id}` }, () =>
    observeAgent('order-clerk', () => ask(`Where is order ${id}?`)),
  );
}
await telemetry.shutdown();
await local?.close();
