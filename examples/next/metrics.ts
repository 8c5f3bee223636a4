import { attr, counter, defineRegistry } from 'meterbook';

const define = () =>
  defineRegistry({
    scope: { name: 'example-next' },
    instruments: {
      lookups: counter({
        name: 'shop.user.lookups',
        description: 'Users that were looked up.',
        unit: '{lookup}',
        attributes: { 'shop.user.found': attr.boolean() },
      }),
    },
  });

type Metrics = ReturnType<typeof define>;

/**
 * This file is in both bundles of Next, the one of instrumentation.ts and the one of the routes. Kept
 * here, the registry that is set up is the one that the routes record in.
 */
const shared = globalThis as { exampleNextMetrics?: Metrics };
shared.exampleNextMetrics ??= define();
export const metrics: Metrics = shared.exampleNextMetrics;
