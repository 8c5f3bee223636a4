import { describe, expect, it } from 'vitest';
import { type ChunkFacts, observeStream, recognizers } from '../../../src/agent/index.js';
import { byShape } from '../../../src/agent/streams/recognizers/by-shape.js';
import { CALL, setUp } from './support.js';

const facts = (found: ChunkFacts) =>
  Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined && value !== false),
  );
const delta = (fields: object) => ({
  object: 'chat.completion.chunk',
  choices: [{ delta: fields }],
});
const OUTPUT = { isOutput: true };
const TEXT = { isOutput: true, isText: true };

type Table = readonly (readonly [what: string, chunk: unknown, facts: object])[];

const OPENAI_CHAT: Table = [
  ['a role', delta({ role: 'assistant', content: '' }), {}],
  ['content', delta({ content: 'a' }), TEXT],
  ['a refusal', delta({ refusal: 'no' }), TEXT],
  ['reasoning', delta({ reasoning_content: 'hm' }), OUTPUT],
  ['reasoning of others', delta({ reasoning: 'hm' }), OUTPUT],
  ['no tool call', delta({ tool_calls: [] }), {}],
  ['a tool call', delta({ tool_calls: [{ index: 0 }] }), OUTPUT],
  ['an old function call', delta({ function_call: { name: 'f' } }), OUTPUT],
  ['audio', delta({ audio: { data: 'AA==' } }), OUTPUT],
  ['an end', { choices: [{ delta: {}, finish_reason: 'length' }] }, { isFinal: true }],
  [
    'a usage block',
    { model: 'm-1', choices: [], usage: { prompt_tokens: 5, completion_tokens: 0 } },
    { responseModel: 'm-1', usage: { input: 5, output: 0 } },
  ],
  ['a text completion', { choices: [{ text: 'a', finish_reason: null }] }, TEXT],
  [
    'an error',
    { error: { type: 'server_error', code: null, message: 'x' } },
    { errorType: 'server_error' },
  ],
  ['an error without a name', { error: { message: 'all of it' } }, { errorType: '_OTHER' }],
  [
    'embeddings',
    { object: 'list', model: 'e-1', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } },
    { responseModel: 'e-1', usage: { input: 8, output: undefined } },
  ],
];

const OPENAI_RESPONSES: Table = [
  [
    'its beginning',
    { type: 'response.created', response: { model: 'm-1', usage: null } },
    { responseModel: 'm-1' },
  ],
  ['text', { type: 'response.output_text.delta', delta: 'a' }, TEXT],
  ['a refusal', { type: 'response.refusal.delta', delta: 'no' }, TEXT],
  ['reasoning', { type: 'response.reasoning_text.delta', delta: 'hm' }, OUTPUT],
  ['its summary', { type: 'response.reasoning_summary_text.delta', delta: 'hm' }, OUTPUT],
  ['arguments', { type: 'response.function_call_arguments.delta', delta: '{' }, OUTPUT],
  ['audio', { type: 'response.audio.delta', delta: 'AA==' }, OUTPUT],
  ['a message that begins', { type: 'response.output_item.added', item: { type: 'message' } }, {}],
  [
    'a call that begins',
    { type: 'response.output_item.added', item: { type: 'function_call' } },
    OUTPUT,
  ],
  [
    'a call that is done',
    { type: 'response.output_item.done', item: { type: 'function_call' } },
    {},
  ],
  [
    'its end',
    {
      type: 'response.completed',
      response: { model: 'm', usage: { input_tokens: 1, output_tokens: 2 } },
    },
    { isFinal: true, responseModel: 'm', usage: { input: 1, output: 2 } },
  ],
  [
    'its failure',
    { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error' } } },
    { isFinal: true, errorType: 'server_error' },
  ],
  [
    'an error',
    { type: 'error', code: 'rate_limit_exceeded', sequence_number: 3 },
    { errorType: 'rate_limit_exceeded' },
  ],
  ['an error without a code', { type: 'error', code: null, message: 'x' }, { errorType: '_OTHER' }],
  [
    'a whole response',
    { object: 'response', model: 'm', usage: { input_tokens: 1, output_tokens: 2 } },
    { isFinal: true, responseModel: 'm', usage: { input: 1, output: 2 } },
  ],
];

const ANTHROPIC: Table = [
  [
    'its beginning, whose output tokens are not the last word',
    {
      type: 'message_start',
      message: {
        model: 'c-1',
        usage: {
          input_tokens: 3,
          cache_read_input_tokens: 20,
          cache_creation_input_tokens: 100,
          output_tokens: 1,
        },
      },
    },
    { responseModel: 'c-1', usage: { input: 123 } },
  ],
  ['a ping', { type: 'ping' }, {}],
  [
    'a text that begins',
    { type: 'content_block_start', content_block: { type: 'text', text: '' } },
    {},
  ],
  [
    'a thought that begins',
    { type: 'content_block_start', content_block: { type: 'thinking' } },
    {},
  ],
  [
    'a tool that begins',
    { type: 'content_block_start', content_block: { type: 'tool_use' } },
    OUTPUT,
  ],
  [
    'a hidden thought',
    { type: 'content_block_start', content_block: { type: 'redacted_thinking' } },
    OUTPUT,
  ],
  ['text', { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } }, TEXT],
  [
    'thinking',
    { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hm' } },
    OUTPUT,
  ],
  [
    'no input yet',
    { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '' } },
    {},
  ],
  [
    'input',
    { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{' } },
    OUTPUT,
  ],
  ['a signature', { type: 'content_block_delta', delta: { type: 'signature_delta' } }, {}],
  ['a delta yet unknown', { type: 'content_block_delta', delta: { type: 'image_delta' } }, OUTPUT],
  [
    'its end',
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
    { isFinal: true, usage: { input: undefined, output: 9 } },
  ],
  ['its very end', { type: 'message_stop' }, { isFinal: true }],
  [
    'an error',
    { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
    { errorType: 'overloaded_error' },
  ],
  [
    'a whole message',
    { type: 'message', model: 'c-1', usage: { input_tokens: 3, output_tokens: 4 } },
    { isFinal: true, responseModel: 'c-1', usage: { input: 3, output: 4 } },
  ],
];

const AI_SDK: Table = [
  ['a piece of textStream', 'a', TEXT],
  ['an empty one', '', {}],
  ['its start', { type: 'start' }, { isLocal: true }],
  ['a step', { type: 'start-step' }, {}],
  ['text', { type: 'text-delta', text: 'a' }, TEXT],
  ['text of a model', { type: 'text-delta', delta: 'a' }, TEXT],
  ['reasoning', { type: 'reasoning-delta', text: 'hm' }, OUTPUT],
  ['a tool that begins', { type: 'tool-input-start', toolName: 't' }, OUTPUT],
  ['a result', { type: 'tool-result', output: 1 }, {}],
  ['the model', { type: 'response-metadata', modelId: 'm-1' }, { responseModel: 'm-1' }],
  [
    'the end of a step',
    {
      type: 'finish-step',
      response: { modelId: 'm-1' },
      usage: { inputTokens: 1, outputTokens: 2 },
    },
    { responseModel: 'm-1', usage: { input: 1, output: 2 } },
  ],
  [
    'the end',
    { type: 'finish', totalUsage: { inputTokens: 3, outputTokens: 4 } },
    { isFinal: true, usage: { input: 3, output: 4 } },
  ],
  [
    'the end of a model',
    { type: 'finish', usage: { inputTokens: { total: 3 }, outputTokens: { total: 4, text: 4 } } },
    { isFinal: true, usage: { input: 3, output: 4 } },
  ],
  [
    'an error',
    { type: 'error', error: new RangeError('x') },
    { isLocal: true, errorType: 'RangeError' },
  ],
  ['an abort', { type: 'abort' }, { isLocal: true, errorType: 'cancelled' }],
  [
    'a whole result',
    { usage: { inputTokens: 1, outputTokens: 2 }, response: { modelId: 'm-1' } },
    { isFinal: true, responseModel: 'm-1', usage: { input: 1, output: 2 } },
  ],
];

const TABLES = {
  openaiChat: OPENAI_CHAT,
  openaiResponses: OPENAI_RESPONSES,
  anthropic: ANTHROPIC,
  aiSdk: AI_SDK,
} as const satisfies Record<keyof typeof recognizers, Table>;

describe.each(Object.entries(TABLES))('%s', (name, table) => {
  it.each(table)('knows %s, by its shape as well', (_, chunk, expected) => {
    expect(facts(recognizers[name as keyof typeof TABLES](chunk))).toEqual(expected);
    expect(facts(byShape(chunk))).toEqual(expected);
  });

  it('says nothing of what it does not know', () => {
    const recognize = recognizers[name as keyof typeof TABLES];
    for (const odd of [undefined, null, 1, Symbol('s'), [], {}, { type: 7 }, { type: 'other' }]) {
      expect(facts(recognize(odd))).toEqual({});
      expect(facts(byShape(odd))).toEqual({});
    }
  });
});

describe("a recognizer of one's own", () => {
  it('says what any other chunk is', async () => {
    type Token = { readonly t: string; readonly hidden?: boolean; readonly n?: number };
    async function* tokens(): AsyncGenerator<Token> {
      yield { t: 'hm', hidden: true };
      yield { t: 'a', n: 1 };
      yield { t: 'b', n: 2 };
    }
    const { registry, options, ends } = setUp();
    const recognize = ({ hidden, n }: Token): ChunkFacts => ({
      isOutput: true,
      isText: hidden !== true,
      usage: { output: n },
      responseModel: 'own-1',
      errorType: n === 2 ? 'out_of_luck' : undefined,
    });
    for await (const _ of observeStream(tokens(), CALL, { ...options, recognize }));
    const of = { ...CALL, 'gen_ai.response.model': 'own-1' } as const;
    expect((await registry.agentModelTimeToFirstText.read(of))?.count).toBe(1);
    expect((await registry.genAiClientOperationTimePerOutputChunk.read(of))?.count).toBe(2);
    const output = await registry.genAiClientTokenUsage.read({
      ...of,
      'gen_ai.token.type': 'output',
    });
    expect(output).toMatchObject({ count: 1, sum: 2 });
    expect(await ends()).toEqual(['out_of_luck']);
  });

  it('may leave the tokens out', async () => {
    const { registry, options } = setUp();
    const recognize = () => ({ usage: { input: 1, output: 1 } });
    async function* one() {
      yield 1;
    }
    const settings = { ...options, recognize, tokenUsage: 'off' } as const;
    for await (const _ of observeStream(one(), CALL, settings));
    expect(await registry.genAiClientTokenUsage.total()).toBe(0);
  });
});
