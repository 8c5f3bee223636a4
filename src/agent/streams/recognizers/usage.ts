import type { TokenCounts } from '../../helpers/models.js';

/** Both directions, as far as they are numbers; `undefined` where neither is. */
export function tokens(input: unknown, output: unknown): TokenCounts | undefined {
  const inputTokens = typeof input === 'number' ? input : undefined;
  const outputTokens = typeof output === 'number' ? output : undefined;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { input: inputTokens, output: outputTokens };
}
