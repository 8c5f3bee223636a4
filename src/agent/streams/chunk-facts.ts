import type { TokenCounts } from '../helpers/models.js';

/**
 * What one chunk of a streamed answer says, as far as it is measured; what it does not say is left
 * out. The whole of an answer that is not streamed can be described in the same way.
 */
export interface ChunkFacts {
  /** It carries output of the model: text, reasoning, part of a tool call, a refusal, audio. */
  readonly isOutput?: boolean | undefined;
  /** It carries text that a user can see; it is then output as well. */
  readonly isText?: boolean | undefined;
  /** Tokens, {token}, as counts of the whole call so far: the last value that comes is recorded. */
  readonly usage?: TokenCounts | undefined;
  /** The model that answers, as the provider names it. */
  readonly responseModel?: string | undefined;
  /** The client package made it by itself: it is no first byte. */
  readonly isLocal?: boolean | undefined;
  /** The answer is complete with it: a consumer that stops now has not left early. */
  readonly isFinal?: boolean | undefined;
  /** The call has failed, told by an event instead of an exception: a class or code, never a message. */
  readonly errorType?: string | undefined;
}

/**
 * Says what a chunk is. Called once for each chunk, in the consumer's way, so that it should be
 * quick; one that throws says nothing of its chunk. The chunk is not to be changed or kept.
 */
export type Recognize<Chunk = never> = (chunk: Chunk) => ChunkFacts | undefined;

/** Nothing that is measured. */
export const NOTHING: ChunkFacts = /* @__PURE__ */ Object.freeze({});
