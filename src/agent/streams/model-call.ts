import { attempt } from '../../core/index.js';
import type { Attributes } from '../../declare/index.js';
import {
  type AgentInstrumentName,
  ATTR_GEN_AI_TOKEN_TYPE,
  type Instrument,
  type Instruments,
} from '../../standard/index.js';
import type { TokenUsage } from '../token-usage.js';
import { CallAttributes } from './call-attributes.js';
import { callerContext } from './caller-context.js';
import type { ChunkFacts, Recognize } from './chunk-facts.js';
import { ChunkReader } from './chunk-reader.js';
import { ABANDONED, CANCELLED, failureType, isAbort } from './failure-type.js';
import { isText } from './shapes.js';
import type { StreamObserver } from './stream-observer.js';

/** What is recorded of a call of a model. */
export const MODEL_INSTRUMENTS = [
  'genAiClientOperationDuration',
  'genAiClientOperationTimeToFirstChunk',
  'genAiClientOperationTimePerOutputChunk',
  'agentModelTimeToFirstByte',
  'agentModelTimeToFirstText',
  'genAiClientTokenUsage',
] as const satisfies readonly AgentInstrumentName[];

export type ModelInstruments = Instruments<(typeof MODEL_INSTRUMENTS)[number]>;

/** How one call of a model is recorded. */
export interface ModelCallSettings {
  readonly instruments: ModelInstruments;
  readonly attributes: Attributes | undefined;
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly recognize: Recognize<unknown>;
  readonly tokenUsage: TokenUsage;
}

/**
 * One call of a model, recorded as it goes: the first byte, output and text when they come, with
 * what is known by then, the tokens and the duration at the end, whichever end comes first. Kept
 * alive by the stream alone, so that one that is dropped takes it along.
 */
export class ModelCall implements StreamObserver {
  readonly inContext = callerContext();
  private readonly attributes: CallAttributes;
  private readonly reader: ChunkReader;
  private isOpen = true;
  private hasBegun = false;
  private hasText = false;
  private isComplete = false;
  /** Milliseconds of `performance.now()`; `undefined` until there was output. */
  private lastOutputAt: number | undefined;
  private inputTokens: number | undefined;
  private outputTokens: number | undefined;
  private responseModel: string | undefined;
  private toldError: string | undefined;

  constructor(private readonly settings: ModelCallSettings) {
    const { attributes, instruments, recognize } = settings;
    const all = MODEL_INSTRUMENTS.map((name) => instruments[name]);
    this.attributes = new CallAttributes(attributes, all);
    this.reader = new ChunkReader(recognize);
  }

  onChunk(chunk: unknown): void {
    if (!this.isOpen) return;
    const at = performance.now();
    attempt(() => {
      const found = this.reader.read(chunk);
      for (const facts of found) this.learn(facts);
      this.inContext(() => this.recordChunk(at, found));
    });
  }

  onEnd(wasAborted: boolean): void {
    this.end(this.toldError ?? (wasAborted && !this.isComplete ? CANCELLED : undefined));
  }

  onError(error: unknown): void {
    // What is aborted once it is complete is tidied up, not cut short.
    const type = this.isComplete && isAbort(error) ? undefined : failureType(error);
    this.end(this.toldError ?? type);
  }

  onReturn(): void {
    this.end(this.toldError ?? (this.isComplete ? undefined : ABANDONED));
  }

  /** The whole of an answer that was not streamed. */
  onAnswer(answer: unknown): void {
    if (!this.isOpen) return;
    attempt(() => this.learn(this.reader.factsOf(answer)));
    this.end(this.toldError);
  }

  private learn(facts: ChunkFacts): void {
    if (isText(facts.responseModel)) this.responseModel ??= facts.responseModel;
    if (isText(facts.errorType)) this.toldError ??= facts.errorType;
    if (facts.isFinal === true) this.isComplete = true;
    this.inputTokens = facts.usage?.input ?? this.inputTokens;
    this.outputTokens = facts.usage?.output ?? this.outputTokens;
  }

  private recordChunk(at: number, found: readonly ChunkFacts[]): void {
    const { instruments: it, startedAt } = this.settings;
    const sinceStart = at - startedAt;
    if (!this.hasBegun && !(found.length > 0 && found.every(({ isLocal }) => isLocal === true))) {
      this.hasBegun = true;
      this.record(it.agentModelTimeToFirstByte, sinceStart);
    }
    for (const { isOutput, isText } of found) {
      if (isOutput !== true && isText !== true) continue;
      const last = this.lastOutputAt;
      this.lastOutputAt = at;
      if (last === undefined) this.record(it.genAiClientOperationTimeToFirstChunk, sinceStart);
      else this.record(it.genAiClientOperationTimePerOutputChunk, at - last);
      if (isText !== true || this.hasText) continue;
      this.hasText = true;
      this.record(it.agentModelTimeToFirstText, sinceStart);
    }
  }

  private end(errorType: string | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { instruments: it, startedAt, tokenUsage } = this.settings;
    const elapsed = performance.now() - startedAt;
    this.inContext(() => {
      this.record(it.genAiClientOperationDuration, elapsed, errorType);
      if (tokenUsage === 'off') return;
      this.recordTokens('input', this.inputTokens);
      this.recordTokens('output', this.outputTokens);
    });
  }

  /** Each by itself: one that is refused, in strict mode, keeps no other from being recorded. */
  private record(instrument: Instrument, millis: number, errorType?: string): void {
    const found = { 'gen_ai.response.model': this.responseModel, 'error.type': errorType };
    attempt(() => instrument.record(millis / 1000, this.attributes.of(instrument, found)));
  }

  private recordTokens(type: 'input' | 'output', count: number | undefined): void {
    if (count === undefined) return;
    const { genAiClientTokenUsage: usage } = this.settings.instruments;
    const found = {
      'gen_ai.response.model': this.responseModel,
      [ATTR_GEN_AI_TOKEN_TYPE]: type,
    };
    attempt(() => usage.record(count, this.attributes.of(usage, found)));
  }
}
