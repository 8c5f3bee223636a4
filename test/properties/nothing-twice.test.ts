import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter, defineRegistry, type Telemetry, upDownCounter } from '../../src/index.js';
import { accepted, usePipelines, valuesOf } from '../support/pipeline.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const pipelines = usePipelines();

/** What can be done with a pipeline; `wait` says whether its end is waited for. */
type Step =
  | { readonly do: 'record'; readonly value: number }
  | { readonly do: 'flush' | 'shutdown'; readonly wait: boolean }
  | { readonly do: 'setup'; readonly temporality: 'cumulative' | 'delta' | 'lowmemory' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('record'), value: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush'), wait: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shutdown'), wait: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setup'),
      temporality: fc.constantFrom('cumulative', 'delta', 'lowmemory'),
    }),
  },
) as fc.Arbitrary<Step>;

describe('recording, flushing, shutting down and setting up again, in any order', () => {
  it('exports every record once', { timeout: PROPERTY_TIMEOUT }, async () => {
    const anyOrder = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const receiver = await pipelines.receiver();
      const registry = defineRegistry({
        scope: { name: 'any order' },
        instruments: {
          sum: counter({ name: 'sum', unit: '1' }),
          level: upDownCounter({ name: 'level', unit: '1' }),
        },
      });
      let recorded = 0;
      let level = 0;
      let generation = 0;
      let telemetry: Telemetry | undefined;
      const setup = (temporality: 'cumulative' | 'delta' | 'lowmemory'): void => {
        telemetry = pipelines.setup({
          // Each pipeline is told apart by its name.
          serviceName: String(++generation),
          registries: [registry],
          temporality,
          otlp: { url: receiver.url },
        });
      };
      for (const it of steps) {
        if (it.do === 'record') {
          recorded += it.value;
          registry.sum.add(it.value);
          const change = it.value % 2 === 0 ? it.value : -it.value;
          level += change;
          registry.level.add(change);
        } else if (it.do === 'setup') {
          // One that is still there, or still ending, is ended first.
          await telemetry?.shutdown();
          setup(it.temporality);
        } else {
          const end = it.do === 'flush' ? telemetry?.forceFlush() : telemetry?.shutdown();
          if (it.wait) await end;
        }
      }
      await telemetry?.shutdown();
      setup('delta');
      await telemetry?.shutdown();

      expect(total(accepted(receiver))).toBe(recorded);
      if (recorded > 0) expect(valuesOf(receiver, 'level').at(-1)).toBe(level);
      expect(pipelines.lines).toEqual([]);
      await receiver.close();
    });
    await fc.assert(anyOrder, tries(150));
  });
});

/** Deltas add up; of the totals of one pipeline the last one counts. */
function total(received: ReturnType<typeof accepted>): number {
  let deltas = 0;
  const totals = new Map<unknown, number>();
  for (const { resource, scopes } of received) {
    for (const metric of scopes.flatMap(({ metrics }) => metrics)) {
      if (metric.kind !== 'sum' || metric.name !== 'sum') continue;
      for (const { value } of metric.points) {
        if (metric.temporality === 'delta') deltas += value;
        else totals.set(resource['service.name'], value);
      }
    }
  }
  return [...totals.values()].reduce((a, b) => a + b, deltas);
}
