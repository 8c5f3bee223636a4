import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AgentEvent, runAgent } from './agent-run.js';
import { type ServiceContext, sendJson } from './context.js';
import { ModelError } from './models.js';
import type { Agent } from './tenants.js';

const MAX_BODY_BYTES = 64 * 1024;

/** A user's message, as the request body says it. */
interface UserMessage {
  readonly text: string;
  /** Sizes of attached files, bytes. */
  readonly fileBytes: readonly number[];
}

/** `POST /v1/agents/:id/messages`: runs the agent and answers once it has finished. */
export async function answerMessage(
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
): Promise<void> {
  await withRun(context, request, response, agent, false, async (events) => {
    let text = '';
    for await (const event of events) if (event.type === 'text') text += event.text;
    sendJson(response, 200, { text: text.trimEnd() });
  });
}

/** `POST /v1/agents/:id/messages/stream`: sends each piece as a server-sent event as it comes. */
export async function answerMessageStream(
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
): Promise<void> {
  const { recording } = context;
  await withRun(context, request, response, agent, true, async (events, callerLeft) => {
    let hasBegun = false;
    try {
      for await (const event of events) {
        if (!hasBegun && !response.destroyed) {
          hasBegun = true;
          recording.streamBegan();
          response.once('close', () => {
            if (!response.writableFinished) recording.streamLeft();
          });
          response.writeHead(200, { 'content-type': 'text/event-stream' });
        }
        const more = response.write(
          `event: ${event.type}\ndata: ${JSON.stringify(event.text)}\n\n`,
        );
        if (!more) await once(response, 'drain', { signal: callerLeft });
      }
      response.end('event: done\ndata: {}\n\n');
    } catch (error) {
      if (hasBegun && !response.destroyed) response.end('event: error\ndata: {}\n\n');
      throw error;
    }
  });
}

/** What both endpoints share: the message, a place to run in, and what errors become. */
async function withRun(
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
  streamed: boolean,
  answer: (events: AsyncIterable<AgentEvent>, callerLeft: AbortSignal) => Promise<void>,
): Promise<void> {
  const message = await readMessage(request);
  if (message === undefined) return sendJson(response, 400, { error: 'the body is no message' });
  const { admission, recording } = context;
  recording.userMessage();
  for (const bytes of message.fileBytes) recording.file(bytes);

  const caller = new AbortController();
  response.once('close', () => caller.abort());
  const waiting = process.hrtime.bigint();
  await admission.enter();
  recording.admitted(process.hrtime.bigint() - waiting);
  try {
    const { signal } = caller;
    await answer(runAgent({ ...context, agent, streamed, signal }), signal);
  } catch (error) {
    if (caller.signal.aborted) return;
    if (!(error instanceof ModelError)) throw error;
    if (error.type === 'timeout') recording.timeout('provider');
    sendJson(response, error.type === 'timeout' ? 504 : 502, { error: error.message });
  } finally {
    admission.leave();
  }
}

async function readMessage(request: IncomingMessage): Promise<UserMessage | undefined> {
  let text = '';
  try {
    for await (const chunk of request) {
      text += (chunk as Buffer).toString('utf8');
      if (text.length > MAX_BODY_BYTES) return undefined;
    }
    const body = JSON.parse(text) as Partial<UserMessage> | null;
    if (typeof body?.text !== 'string') return undefined;
    const fileBytes = Array.isArray(body.fileBytes) ? body.fileBytes.filter(Number.isFinite) : [];
    return { text: body.text, fileBytes };
  } catch {
    return undefined;
  }
}
