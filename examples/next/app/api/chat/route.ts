import { setTimeout } from 'node:timers/promises';
import { fetchHandler } from 'meterbook/http';

async function* words(): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const word of ['Good', ' things', ' take', ' time.\n']) {
    yield encoder.encode(word);
    await setTimeout(50);
  }
}

export const POST = fetchHandler(
  async (request: Request) => {
    const { question } = (await request.json()) as { question?: string };
    if (question === undefined) return Response.json({ error: 'ask something' }, { status: 400 });
    return new Response(ReadableStream.from(words()));
  },
  { route: '/api/chat' },
);
