import { type ModelServer, startModelServer } from './model-server/index.js';

/**
 * A server that speaks OpenAI's protocol: calls the tool in its first answer, and tells what came of it in its
 * second.
 */
export function startLocalModel(): Promise<ModelServer> {
  return startModelServer({
    answer: ({ index }) =>
      index % 2 === 0
        ? { steps: [{ wait: 80 }, { tool: 'lookUp', arguments: ['{"id":', '"17"}'] }] }
        : {
            steps: [
              { wait: 150 },
              ...['It', ' is', ' on', ' its', ' way.'].flatMap((text) => [{ wait: 20 }, { text }]),
            ],
          },
  });
}
