import { type ChunkFacts, NOTHING } from '../chunk-facts.js';
import { isText, property } from '../shapes.js';
import { aiSdk } from './ai-sdk.js';
import { anthropic } from './anthropic.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';

const ANTHROPIC = /^(?:message|message_start|message_delta|message_stop|content_block_\w+|ping)$/;

/** Finds out by the shape of each chunk whose it is; the four shapes share no chunk but errors. */
export function byShape(chunk: unknown): ChunkFacts {
  if (typeof chunk === 'string') return aiSdk(chunk);
  if (typeof chunk !== 'object' || chunk === null) return NOTHING;
  if (Array.isArray(property(chunk, 'choices'))) return openaiChat(chunk);
  const type = property(chunk, 'type');
  if (type === 'error') return ofError(chunk);
  if (isText(type)) {
    if (type.startsWith('response.')) return openaiResponses(chunk);
    return ANTHROPIC.test(type) ? anthropic(chunk) : aiSdk(chunk);
  }
  if (property(chunk, 'object') === 'response') return openaiResponses(chunk);
  // Errors in the middle of a stream, and embeddings, which have no choices but a usage block.
  const isOpenai = property(chunk, 'error') !== undefined || property(chunk, 'object') === 'list';
  return isOpenai ? openaiChat(chunk) : aiSdk(chunk);
}

function ofError(chunk: object): ChunkFacts {
  if ('code' in chunk || 'sequence_number' in chunk) return openaiResponses(chunk);
  const error = property(chunk, 'error');
  return isText(property(error, 'type')) ? anthropic(chunk) : aiSdk(chunk);
}
