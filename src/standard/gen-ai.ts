import { buckets, histogram } from '../declare/index.js';
import {
  contextAttributes,
  errorAttribute,
  MODEL_LIMITS,
  modelCallAttributes,
} from './attributes.js';
import {
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
  METRIC_GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
  METRIC_GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
} from './names.js';

/**
 * Calls of models, seen by who makes them, and by a model server itself.
 *
 * Source: GenAI metrics, "Generative AI client metrics" and "Generative AI model server metrics"
 * (Development). Those named `agent.model.*` are ours: what the convention calls the first chunk is
 * the first output of any kind, and the bytes before it and the text after it are told apart.
 */
export const genAiInstruments = {
  genAiClientOperationDuration: histogram({
    name: METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
    description:
      'From sending a request to a model to the end of its answer, or to the error in its place.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...modelCallAttributes, ...errorAttribute, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  genAiClientOperationTimeToFirstChunk: histogram({
    name: METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
    description:
      'From sending a streaming request to a model to the first chunk of output that comes back.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  genAiClientOperationTimePerOutputChunk: histogram({
    name: METRIC_GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
    description:
      'From one chunk of streamed output to the next, for each chunk after the first one.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  agentModelTimeToFirstByte: histogram({
    name: 'agent.model.time_to_first_byte',
    description:
      'From sending a streaming request to a model to the first event or byte that comes back, output or not.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  agentModelTimeToFirstText: histogram({
    name: 'agent.model.time_to_first_text',
    description:
      'From sending a streaming request to a model to the first text that a user can see; reasoning and tool calls come before.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  genAiServerTimeToFirstToken: histogram({
    name: METRIC_GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    description:
      'In a model server: from the arrival of a request to the first token of its answer.',
    unit: 's',
    buckets: buckets.presets.genAiServerFirstToken,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  genAiServerTimePerOutputToken: histogram({
    name: METRIC_GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    description:
      'In a model server: from one token of an answer to the next, for each token after the first.',
    unit: 's',
    buckets: buckets.presets.genAiServerPerToken,
    attributes: { ...modelCallAttributes, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
} as const;
