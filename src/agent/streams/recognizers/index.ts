import { aiSdk } from './ai-sdk.js';
import { anthropic } from './anthropic.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';

/**
 * What the chunks of known packages say, for `options.recognize` and to build one's own on. By
 * default the shape of each chunk tells which of them applies; name one to be sure.
 */
export const recognizers = {
  openaiChat,
  openaiResponses,
  anthropic,
  aiSdk,
} as const;
