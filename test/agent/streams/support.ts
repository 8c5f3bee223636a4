import { agentMetrics } from '../../../src/agent/index.js';
import { testRegistry } from '../../../src/testing/index.js';

export const CALL = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme' } as const;

/** A registry of the test's own, and what was recorded in it. */
export function setUp() {
  const registry = testRegistry(agentMetrics);
  /** `error.type` of each call that has ended; `undefined` for those that went well. */
  const ends = async () =>
    (await registry.genAiClientOperationDuration.readAll()).flatMap(({ attributes, value }) =>
      Array.from({ length: value.count }, () => attributes['error.type']),
    );
  return { registry, options: { registry }, ends };
}

/** A part of an answer that is text. */
export const text = (value: string) => ({ type: 'text-delta', text: value });
