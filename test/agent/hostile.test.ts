import { describe, expect, it } from 'vitest';
import { agentHelpers, agentMetrics } from '../../src/agent/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { throwingGetter, throwingProxy } from '../support/hostile.js';

type AnyHelper = (...given: readonly unknown[]) => unknown;

const helpers = agentHelpers(testRegistry(agentMetrics, { strict: false }));
const attributeKeys = [
  'reason',
  'agent.run.mode',
  'gen_ai.agent.name',
  'gen_ai.operation.name',
  'http.request.method',
];
const measured = ['seconds', 'inferenceCalls', 'input', 'usd', 'bytes'];
const nonsense = [undefined, null, 1, 'x', true, 1n, Symbol('s'), [], {}, throwingProxy()];

describe.each(Object.entries(helpers))('%s', (_, helper: AnyHelper) => {
  it('never throws in production, whatever it is given', () => {
    const values = [
      ...nonsense,
      { seconds: 1, inferenceCalls: 1, input: 1, usd: 1, bytes: 1 },
      ...measured.map(throwingGetter),
    ];
    for (const first of [...values, ...attributeKeys.map(throwingGetter)]) {
      for (const second of [...nonsense, ...attributeKeys.map(throwingGetter)]) {
        const end = helper(first, second);
        if (typeof end === 'function') end();
      }
    }
  });

  it('leaves Object.prototype alone', () => {
    helper(JSON.parse('{"__proto__": {"seconds": 1}}'), JSON.parse('{"__proto__": {"a": 1}}'));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
