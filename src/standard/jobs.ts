import { attr, buckets, histogram } from '../declare/index.js';
import { contextAttributes, MODEL_LIMITS, modelAttribute } from './attributes.js';

/** Kinds of job are written in code; 20 are more than a service has. */
const jobType = { 'job.type': attr.string({ maxValues: 20 }).optional() } as const;

/**
 * Jobs: the runs whose timings the service itself answers for, from the request to the last token.
 * Ours: no convention names these yet.
 */
export const jobInstruments = {
  jobTimeToFirstToken: histogram({
    name: 'job.time_to_first_token',
    description:
      'From the start of a job to the first token it produced; reasoning and tool calls are tokens too.',
    unit: 's',
    buckets: buckets.presets.genAiClient,
    attributes: { ...jobType, ...modelAttribute, ...contextAttributes },
    ...MODEL_LIMITS,
  }),
  jobDuration: histogram({
    name: 'job.duration',
    description: 'From the start of a job to its end, whatever the outcome.',
    unit: 's',
    // The agent's buckets, and on to 55 minutes: background jobs outlast any request.
    buckets: buckets.explicit([
      0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6, 819.2, 1638.4,
      3276.8,
    ]),
    attributes: {
      ...jobType,
      'job.outcome': attr.oneOf('completed', 'failed', 'cancelled', 'expired'),
      ...modelAttribute,
      ...contextAttributes,
    },
    ...MODEL_LIMITS,
  }),
} as const;
