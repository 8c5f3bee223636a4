import { CREATED, modelOf, usageOf } from './pieces.js';
import type {
  AnswerStep,
  ApiFailure,
  ModelAnswer,
  ModelRequest,
  Protocol,
  WireEvent,
} from './types.js';

/** OpenAI's responses. */
export const openaiResponses: Protocol = {
  wording: (request, answer) => new ResponseWording(request, answer),
  errorBody: ({ type, code, message }: ApiFailure) => ({
    error: { message, type, param: null, code: code ?? null },
  }),
};

interface Item {
  readonly type: 'message' | 'reasoning' | 'function_call';
  readonly part: 'output_text' | 'refusal' | 'summary_text' | 'arguments';
  readonly id: string;
  readonly name: string;
  text: string;
}

class ResponseWording {
  private sequence = 0;
  private readonly items: Item[] = [];
  private open: Item | undefined;

  constructor(
    private readonly request: ModelRequest,
    private readonly answer: ModelAnswer,
  ) {}

  start(): readonly WireEvent[] {
    const response = this.response('in_progress');
    return [
      this.event('response.created', { response }),
      this.event('response.in_progress', { response }),
    ];
  }

  step(step: AnswerStep): readonly WireEvent[] {
    if ('text' in step) return this.delta('message', 'output_text', step.text);
    if ('refusal' in step) return this.delta('message', 'refusal', step.refusal);
    if ('reasoning' in step) return this.delta('reasoning', 'summary_text', step.reasoning);
    if ('failure' in step) {
      const { type, code = type, message } = step.failure;
      return [this.event('error', { code, message, param: null })];
    }
    if (!('tool' in step)) return [];
    return [
      ...this.close(),
      ...step.arguments.flatMap((piece) =>
        this.delta('function_call', 'arguments', piece, step.tool),
      ),
      ...this.close(),
    ];
  }

  end(): readonly WireEvent[] {
    const closing = this.close();
    return [...closing, this.event('response.completed', { response: this.response('completed') })];
  }

  whole(): unknown {
    for (const step of this.answer.steps) this.step(step);
    this.close();
    return this.response('completed');
  }

  private delta(type: Item['type'], part: Item['part'], text: string, name = ''): WireEvent[] {
    const events: WireEvent[] = [];
    if (this.open?.part !== part) events.push(...this.close(), ...this.opening(type, part, name));
    const item = this.open as Item;
    item.text += text;
    const kind = {
      output_text: 'response.output_text.delta',
      refusal: 'response.refusal.delta',
      summary_text: 'response.reasoning_summary_text.delta',
      arguments: 'response.function_call_arguments.delta',
    }[part];
    events.push(this.event(kind, { ...this.place(item), delta: text, logprobs: [] }));
    return events;
  }

  private opening(type: Item['type'], part: Item['part'], name: string): WireEvent[] {
    const prefix = { message: 'msg', reasoning: 'rs', function_call: 'fc' }[type];
    const item: Item = { type, part, id: `${prefix}_${this.items.length}`, name, text: '' };
    this.items.push(item);
    this.open = item;
    const output_index = this.items.indexOf(item);
    const added = this.event('response.output_item.added', {
      output_index,
      item: this.itemOf(item, 'in_progress'),
    });
    if (type === 'function_call') return [added];
    const kind = type === 'reasoning' ? 'response.reasoning_summary_part.added' : PART_ADDED;
    return [added, this.event(kind, { ...this.place(item), part: this.partOf(item) })];
  }

  private close(): WireEvent[] {
    const item = this.open;
    if (item === undefined) return [];
    this.open = undefined;
    const output_index = this.items.indexOf(item);
    const { text } = item;
    const done = {
      output_text: ['response.output_text.done', { text, logprobs: [] }],
      refusal: ['response.refusal.done', { refusal: text }],
      summary_text: ['response.reasoning_summary_text.done', { text }],
      arguments: ['response.function_call_arguments.done', { arguments: text, name: item.name }],
    }[item.part] as [string, object];
    const kind = item.type === 'reasoning' ? 'response.reasoning_summary_part.done' : PART_DONE;
    return [
      this.event(done[0], { ...this.place(item), ...done[1] }),
      ...(item.type === 'function_call'
        ? []
        : [this.event(kind, { ...this.place(item), part: this.partOf(item) })]),
      this.event('response.output_item.done', {
        output_index,
        item: this.itemOf(item, 'completed'),
      }),
    ];
  }

  private place(item: Item): object {
    const place = { item_id: item.id, output_index: this.items.indexOf(item) };
    if (item.type === 'function_call') return place;
    return { ...place, [item.type === 'reasoning' ? 'summary_index' : 'content_index']: 0 };
  }

  private partOf({ part, text }: Item): object {
    if (part === 'refusal') return { type: part, refusal: text };
    if (part === 'summary_text') return { type: part, text };
    return { type: 'output_text', text, annotations: [], logprobs: [] };
  }

  private itemOf(item: Item, status: string): object {
    const { type, id } = item;
    const parts = status === 'completed' ? [this.partOf(item)] : [];
    if (type === 'reasoning') return { id, type, summary: parts };
    if (type === 'message') return { id, type, status, role: 'assistant', content: parts };
    return { id, type, status, call_id: `call_${id}`, name: item.name, arguments: item.text };
  }

  private response(status: 'in_progress' | 'completed'): object {
    const { input, output, cached } = usageOf(this.answer);
    const usage = {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    };
    return {
      id: `resp_${this.request.index}`,
      object: 'response',
      created_at: CREATED,
      status,
      error: null,
      incomplete_details: null,
      instructions: null,
      metadata: {},
      model: modelOf(this.request, this.answer),
      output: status === 'completed' ? this.items.map((item) => this.itemOf(item, status)) : [],
      parallel_tool_calls: true,
      temperature: 1,
      tool_choice: 'auto',
      tools: [],
      top_p: 1,
      usage: status === 'completed' ? usage : null,
    };
  }

  private event(type: string, fields: object): WireEvent {
    return { event: type, data: { type, sequence_number: this.sequence++, ...fields } };
  }
}

const PART_ADDED = 'response.content_part.added';
const PART_DONE = 'response.content_part.done';
