import type { TokenCounts } from '../../helpers/models.js';
import { type ChunkFacts, NOTHING } from '../chunk-facts.js';
import { apiErrorType } from '../failure-type.js';
import { isText, property } from '../shapes.js';
import { tokens } from './usage.js';

/**
 * Events and answers of Anthropic's messages API. Input tokens include those read from the cache and
 * written to it, which Anthropic counts apart and the convention together.
 *
 * Source: Anthropic API reference, "Streaming messages"; GenAI conventions for Anthropic.
 */
export function anthropic(chunk: unknown): ChunkFacts {
  switch (property(chunk, 'type')) {
    case 'message_start': {
      const message = property(chunk, 'message');
      // Its output tokens are those of the first few, which an aborted answer must not be left with.
      const usage = usageOf(property(message, 'usage'));
      return { usage: { input: usage?.input }, responseModel: modelOf(message) };
    }
    case 'content_block_start':
      return { isOutput: isOutputBlock(property(chunk, 'content_block')) };
    case 'content_block_delta':
      return ofDelta(property(chunk, 'delta'));
    case 'message_delta':
      return {
        usage: usageOf(property(chunk, 'usage')),
        isFinal: isText(property(property(chunk, 'delta'), 'stop_reason')),
      };
    case 'message_stop':
      return { isFinal: true };
    case 'message':
      return {
        isFinal: true,
        usage: usageOf(property(chunk, 'usage')),
        responseModel: modelOf(chunk),
      };
    case 'error':
      return { errorType: apiErrorType(property(chunk, 'error')) ?? '_OTHER' };
    default:
      return NOTHING;
  }
}

/** A block of a tool begins with its name, which is output; those of text and thinking are empty. */
function isOutputBlock(block: unknown): boolean {
  const type = property(block, 'type');
  return type !== 'text' && type !== 'thinking';
}

function ofDelta(delta: unknown): ChunkFacts {
  switch (property(delta, 'type')) {
    case 'text_delta': {
      const hasText = isText(property(delta, 'text'));
      return { isText: hasText, isOutput: hasText };
    }
    case 'thinking_delta':
      return { isOutput: isText(property(delta, 'thinking')) };
    case 'input_json_delta':
      return { isOutput: isText(property(delta, 'partial_json')) };
    case 'signature_delta':
      return NOTHING;
    default:
      return { isOutput: true };
  }
}

function modelOf(message: unknown): string | undefined {
  return property(message, 'model') as string | undefined;
}

function usageOf(usage: unknown): TokenCounts | undefined {
  const input = property(usage, 'input_tokens');
  if (typeof input !== 'number') return tokens(undefined, property(usage, 'output_tokens'));
  const cached = ['cache_read_input_tokens', 'cache_creation_input_tokens']
    .map((key) => property(usage, key))
    .reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
  return tokens(input + cached, property(usage, 'output_tokens'));
}
