import { attr, buckets, histogram } from '../declare/index.js';
import { contextAttributes, MODEL_LIMITS, modelCallAttributes } from './attributes.js';
import { ATTR_GEN_AI_TOKEN_TYPE, METRIC_GEN_AI_CLIENT_TOKEN_USAGE } from './names.js';

/**
 * Tokens used. Apart from the other model instruments because its successor is under way: all that
 * knows it is this file and the helpers of `meterbook/agent`.
 *
 * Source: GenAI metrics, "Metric: gen_ai.client.token.usage" (Development).
 */
export const tokenInstruments = {
  genAiClientTokenUsage: histogram({
    name: METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
    description: 'Tokens that one call of a model took in, and those that it gave out.',
    unit: '{token}',
    buckets: buckets.presets.genAiTokens,
    attributes: {
      ...modelCallAttributes,
      ...contextAttributes,
      [ATTR_GEN_AI_TOKEN_TYPE]: attr.oneOf('input', 'output'),
    },
    ...MODEL_LIMITS,
  }),
} as const;
