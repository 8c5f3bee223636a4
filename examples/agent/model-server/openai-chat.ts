import { CREATED, modelOf, textOf, toolsOf, usageOf } from './pieces.js';
import type {
  AnswerStep,
  ApiFailure,
  ModelAnswer,
  ModelRequest,
  Protocol,
  WireEvent,
} from './types.js';

/** OpenAI's chat completions. */
export const openaiChat: Protocol = {
  wording: (request, answer) => new ChatWording(request, answer),
  errorBody: errorOf,
};

function errorOf({ type, code, message }: ApiFailure) {
  return { error: { message, type, param: null, code: code ?? null } };
}

class ChatWording {
  private tools = 0;
  private readonly head: object;
  private readonly id: string;
  private readonly model: string;

  constructor(
    private readonly request: ModelRequest,
    private readonly answer: ModelAnswer,
  ) {
    this.id = `chatcmpl-${request.index}`;
    this.model = modelOf(request, answer);
    this.head = { id: this.id, created: CREATED, model: this.model, service_tier: 'default' };
  }

  start(): readonly WireEvent[] {
    return [this.chunk({ role: 'assistant', content: '', refusal: null })];
  }

  step(step: AnswerStep): readonly WireEvent[] {
    if ('text' in step) return [this.chunk({ content: step.text })];
    if ('reasoning' in step) return [this.chunk({ reasoning_content: step.reasoning })];
    if ('refusal' in step) return [this.chunk({ refusal: step.refusal })];
    if ('failure' in step) return [{ data: errorOf(step.failure) }];
    if (!('tool' in step)) return [];
    const index = this.tools++;
    const call = { index, id: `call_${index}`, type: 'function' };
    return [
      this.chunk({ tool_calls: [{ ...call, function: { name: step.tool, arguments: '' } }] }),
      ...step.arguments.map((piece) =>
        this.chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ];
  }

  end(): readonly WireEvent[] {
    const finish = this.chunk({}, this.tools > 0 ? 'tool_calls' : 'stop');
    const usage = { ...this.frame(), choices: [], usage: this.usage() };
    return [finish, ...(this.request.wantsUsage ? [{ data: usage }] : []), { data: '[DONE]' }];
  }

  whole(): unknown {
    const calls = toolsOf(this.answer).map(({ tool, arguments: pieces }, index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name: tool, arguments: pieces.join('') },
    }));
    const message = {
      role: 'assistant',
      content: textOf(this.answer, 'text'),
      refusal: textOf(this.answer, 'refusal') || null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    const finish = calls.length > 0 ? 'tool_calls' : 'stop';
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    return { ...this.head, object: 'chat.completion', choices, usage: this.usage() };
  }

  private frame(): object {
    return { ...this.head, object: 'chat.completion.chunk', system_fingerprint: 'fp_test' };
  }

  private chunk(delta: object, finish: string | null = null): WireEvent {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    return { data: { ...this.frame(), choices, usage: null } };
  }

  private usage(): object {
    const { input, output, cached } = usageOf(this.answer);
    return {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    };
  }
}
