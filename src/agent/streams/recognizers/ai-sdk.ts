import type { TokenCounts } from '../../helpers/models.js';
import { type ChunkFacts, NOTHING } from '../chunk-facts.js';
import { CANCELLED, failureType } from '../failure-type.js';
import { isText, property } from '../shapes.js';
import { tokens } from './usage.js';

/**
 * Parts of the `ai` package: of `fullStream`, of the stream that a language model gives to a
 * middleware, the texts of `textStream`, and the results of `generateText` and `doGenerate`.
 *
 * Source: AI SDK reference, `streamText`; its language model specification, versions 2 and 3.
 */
export function aiSdk(part: unknown): ChunkFacts {
  if (typeof part === 'string') return { isText: part !== '', isOutput: part !== '' };
  switch (property(part, 'type')) {
    case 'text-delta': {
      // `text` in fullStream, `delta` in the stream of a model.
      const hasText = isText(property(part, 'text')) || isText(property(part, 'delta'));
      return { isText: hasText, isOutput: hasText };
    }
    case 'reasoning-delta':
      return { isOutput: isText(property(part, 'text')) || isText(property(part, 'delta')) };
    case 'tool-input-start':
    case 'tool-input-delta':
    case 'tool-call':
    case 'file':
      return { isOutput: true };
    case 'response-metadata':
      return { responseModel: property(part, 'modelId') as string | undefined };
    case 'finish-step':
      return ofResult(part);
    case 'finish':
      return {
        isFinal: true,
        usage: usageOf(property(part, 'totalUsage') ?? property(part, 'usage')),
      };
    case 'error':
      return { isLocal: true, errorType: failureType(property(part, 'error')) };
    case 'abort':
      return { isLocal: true, errorType: CANCELLED };
    case 'start':
    case 'stream-start':
      return { isLocal: true };
    case undefined:
      return property(part, 'usage') === undefined ? NOTHING : { ...ofResult(part), isFinal: true };
    default:
      return NOTHING;
  }
}

function ofResult(result: unknown): ChunkFacts {
  return {
    usage: usageOf(property(result, 'totalUsage') ?? property(result, 'usage')),
    responseModel: property(property(result, 'response'), 'modelId') as string | undefined,
  };
}

/** A number for each direction, or an object with its `total`. */
export function usageOf(usage: unknown): TokenCounts | undefined {
  const count = (key: string): unknown => {
    const value = property(usage, key);
    return typeof value === 'object' ? property(value, 'total') : value;
  };
  return tokens(count('inputTokens'), count('outputTokens'));
}
