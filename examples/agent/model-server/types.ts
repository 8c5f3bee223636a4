/** What a model does, told without regard to the protocol that it is told in. */
export type AnswerStep =
  /** Milliseconds in which nothing is sent. */
  | { readonly wait: number }
  | { readonly text: string }
  | { readonly reasoning: string }
  | { readonly refusal: string }
  /** A call of a tool: its name, and its JSON arguments in pieces. */
  | { readonly tool: string; readonly arguments: readonly string[] }
  /** An error told by an event in the middle of the stream, which ends it. */
  | { readonly failure: ApiFailure }
  /** The connection is cut without a word. */
  | { readonly cut: true };

/** An error as these APIs describe them. */
export interface ApiFailure {
  /** Status of an answer that is an error from the start. Default 500. */
  readonly status?: number;
  readonly type: string;
  /** OpenAI has one beside the type. */
  readonly code?: string;
  readonly message: string;
}

/** How one request is answered. */
export interface ModelAnswer {
  readonly steps: readonly AnswerStep[];
  /** Tokens of the usage block. Default: 12 and 34. */
  readonly usage?: ModelUsage;
  /** The model that says it answers. Default: the one asked for, with a date. */
  readonly model?: string;
}

export interface ModelUsage {
  readonly input: number;
  readonly output: number;
  /** Part of the input that was read from a cache; Anthropic counts it apart from the input. */
  readonly cached?: number;
}

/** A request as it came in. */
export interface ModelRequest {
  readonly protocol: ProtocolName;
  readonly model: string;
  readonly isStreamed: boolean;
  /** Whether a usage block was asked for where it has to be. */
  readonly wantsUsage: boolean;
  /** Counted from 0. */
  readonly index: number;
}

export type ProtocolName = 'openai-chat' | 'openai-responses' | 'anthropic';

/** What was sent, and when. */
export interface Sent {
  /** The key of the step, `start` before the first and `end` after the last one. */
  readonly what: 'start' | 'text' | 'reasoning' | 'refusal' | 'tool' | 'failure' | 'end';
  /** Milliseconds of `performance.now()`, just before it was written. */
  readonly at: number;
}

/** One request and what became of it. */
export interface Exchange {
  readonly request: ModelRequest;
  /** In the order of sending; grows while the answer is sent. */
  readonly sent: readonly Sent[];
  /** Settles when the answer is complete, or its connection gone: whether the client left before. */
  readonly closed: Promise<{ readonly byClient: boolean }>;
}

/** An event as it goes over the wire. */
export interface WireEvent {
  /** Left out where the protocol names none. */
  readonly event?: string;
  readonly data: unknown;
}

/** Puts one answer into the words of a protocol. */
export interface Wording {
  start(): readonly WireEvent[];
  step(step: AnswerStep): readonly WireEvent[];
  end(): readonly WireEvent[];
  /** The answer in one piece. */
  whole(): unknown;
}

/** A protocol: how answers and errors are worded. */
export interface Protocol {
  wording(request: ModelRequest, answer: ModelAnswer): Wording;
  /** Body of an answer that is an error from the start. */
  errorBody(failure: ApiFailure): unknown;
}
