import { setTimeout } from 'node:timers/promises';
import { fetchHandler } from 'meterbook/http';

/** Stands for a model: a word at a time. */
function answer(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      for (const word of ['Good', ' things', ' take', ' time.\n']) {
        controller.enqueue(encoder.encode(word));
        await setTimeout(50);
      }
      controller.close();
    },
  });
}

export const POST = fetchHandler(
  async (request: Request) => {
    const { question } = (await request.json()) as { question?: string };
    if (question === undefined) return Response.json({ error: 'ask something' }, { status: 400 });
    return new Response(answer());
  },
  { route: '/api/chat' },
);
