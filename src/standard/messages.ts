import { buckets, counter, histogram } from '../declare/index.js';
import { contextAttributes, IDLE_SECONDS, modelAttribute } from './attributes.js';

/** What users send to agents, and what answering costs. Ours: no convention names these yet. */
export const messageInstruments = {
  agentUserMessages: counter({
    name: 'agent.user_messages',
    description: 'Messages of users that have been accepted.',
    unit: '{message}',
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  agentMessageCost: histogram({
    name: 'agent.message.cost',
    description: 'What answering one message cost in US dollars, all calls of models together.',
    unit: '{USD}',
    // A hundredth of a cent to 30 dollars: cached answers of small models to long runs of large.
    buckets: buckets.explicit([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]),
    attributes: { ...modelAttribute, ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
  agentFileSize: histogram({
    name: 'agent.file.size',
    description: 'Size of one file that was taken in to be processed.',
    unit: 'By',
    // 1 KiB to 1 GiB.
    buckets: buckets.explicit([
      1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456, 1073741824,
    ]),
    attributes: { ...contextAttributes },
    idleSeconds: IDLE_SECONDS,
  }),
} as const;
