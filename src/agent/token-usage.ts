/**
 * The switch for token counts: the published histogram, or nothing. A replacement by counters
 * (`gen_ai.client.inference.usage.*`) is proposed; it will be a further value here.
 */
export type TokenUsage = 'histogram' | 'off';
