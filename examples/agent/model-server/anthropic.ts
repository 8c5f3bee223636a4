import { modelOf, usageOf } from './pieces.js';
import type {
  AnswerStep,
  ApiFailure,
  ModelAnswer,
  ModelRequest,
  Protocol,
  WireEvent,
} from './types.js';

/** Anthropic's messages. */
export const anthropic: Protocol = {
  wording: (request, answer) => new MessageWording(request, answer),
  errorBody: errorOf,
};

function errorOf({ type, message }: ApiFailure) {
  return { type: 'error', error: { type, message } };
}

interface Block {
  readonly type: 'text' | 'thinking' | 'tool_use';
  readonly name: string;
  text: string;
}

class MessageWording {
  private readonly blocks: Block[] = [];
  private open: Block | undefined;

  constructor(
    private readonly request: ModelRequest,
    private readonly answer: ModelAnswer,
  ) {}

  start(): readonly WireEvent[] {
    return [this.event('message_start', { message: this.message(1) }), this.event('ping', {})];
  }

  step(step: AnswerStep): readonly WireEvent[] {
    if ('text' in step) return this.delta('text', step.text);
    if ('refusal' in step) return this.delta('text', step.refusal);
    if ('reasoning' in step) return this.delta('thinking', step.reasoning);
    if ('failure' in step) return [{ event: 'error', data: errorOf(step.failure) }];
    if (!('tool' in step)) return [];
    return [
      ...this.close(),
      ...this.opening('tool_use', step.tool),
      ...step.arguments.flatMap((piece) => this.delta('tool_use', piece)),
      ...this.close(),
    ];
  }

  end(): readonly WireEvent[] {
    const { output } = usageOf(this.answer);
    const delta = { stop_reason: this.stopReason(), stop_sequence: null };
    return [
      ...this.close(),
      this.event('message_delta', { delta, usage: { output_tokens: output } }),
      this.event('message_stop', {}),
    ];
  }

  whole(): unknown {
    for (const step of this.answer.steps) this.step(step);
    const content = this.blocks.map((block, index) => ({
      ...this.blockOf(block, index),
      ...(block.type === 'tool_use' ? { input: JSON.parse(block.text || '{}') } : {}),
      ...(block.type === 'text' ? { text: block.text } : {}),
      ...(block.type === 'thinking' ? { thinking: block.text } : {}),
    }));
    const message = this.message(usageOf(this.answer).output);
    return { ...message, content, stop_reason: this.stopReason() };
  }

  private delta(type: Block['type'], text: string): WireEvent[] {
    const events = this.open?.type === type ? [] : [...this.close(), ...this.opening(type)];
    const block = this.open as Block;
    block.text += text;
    const delta = {
      text: { type: 'text_delta', text },
      thinking: { type: 'thinking_delta', thinking: text },
      tool_use: { type: 'input_json_delta', partial_json: text },
    }[type];
    return [...events, this.event('content_block_delta', { index: this.blocks.length - 1, delta })];
  }

  private opening(type: Block['type'], name = ''): WireEvent[] {
    const block: Block = { type, name, text: '' };
    this.blocks.push(block);
    this.open = block;
    const index = this.blocks.length - 1;
    const content_block = this.blockOf(block, index);
    return [this.event('content_block_start', { index, content_block })];
  }

  private close(): WireEvent[] {
    const block = this.open;
    if (block === undefined) return [];
    this.open = undefined;
    const index = this.blocks.length - 1;
    const signature = { type: 'signature_delta', signature: 'c2lnbmF0dXJl' };
    const stop = this.event('content_block_stop', { index });
    if (block.type !== 'thinking') return [stop];
    return [this.event('content_block_delta', { index, delta: signature }), stop];
  }

  private blockOf({ type, name }: Block, index: number): object {
    if (type === 'text') return { type, text: '' };
    if (type === 'thinking') return { type, thinking: '', signature: '' };
    return { type, id: `toolu_${index}`, name, input: {} };
  }

  private stopReason(): string {
    return this.blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  }

  private message(outputTokens: number): object {
    const { input, cached } = usageOf(this.answer);
    return {
      id: `msg_${this.request.index}`,
      type: 'message',
      role: 'assistant',
      model: modelOf(this.request, this.answer),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: input - cached,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: cached,
        output_tokens: outputTokens,
        service_tier: 'standard',
      },
    };
  }

  private event(type: string, fields: object): WireEvent {
    return { event: type, data: { type, ...fields } };
  }
}
