import fc from 'fast-check';
import { Pool } from 'tarn';
import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { pointsOf } from '../../src/core/index.js';
import { observePool } from '../../src/db/index.js';
import { coreOf } from '../../src/otel/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { counts, levels } from '../db/support/figures.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const step = fc.constantFrom('acquire', 'acquire', 'release', 'release', 'break', 'mend', 'wait');

const LEVELS = ['count', 'pending_requests', 'max'];

/** Lets everything that is due happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a pool that is used in any way', () => {
  it(
    'has the levels that it says, and each of its requests counted once',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          let isBroken = false;
          const pool = new Pool<object>({
            create: async () => {
              if (isBroken) throw new Error('no database');
              return {};
            },
            destroy: () => undefined,
            min: 0,
            max: 3,
            propagateCreateError: true,
            createRetryIntervalMillis: 1,
          });
          const metrics = testRegistry(agentMetrics);
          observePool(pool, { name: 'main', registry: metrics });
          const reader = coreOf(metrics).attach('cumulative');
          const lent: object[] = [];
          const asked = new Set<ReturnType<typeof pool.acquire>>();
          let [got, returned] = [0, 0];
          const giveBack = () => {
            const resource = lent.shift();
            if (resource !== undefined && pool.release(resource)) returned += 1;
          };
          const acquire = () => {
            const request = pool.acquire();
            asked.add(request);
            request.promise
              .then(
                (resource) => {
                  got += 1;
                  lent.push(resource);
                },
                () => undefined,
              )
              .finally(() => asked.delete(request));
          };
          for (const action of steps) {
            if (action === 'acquire') acquire();
            else if (action === 'release') giveBack();
            else if (action === 'wait') await settle();
            else isBroken = action === 'break';
            // The pool is asked at the call; what it is by the time of the answer is another matter.
            const collected = reader.collect();
            const expected = [pool.numFree(), pool.numUsed(), pool.numPendingAcquires(), 3];
            const { metrics: read } = await collected;
            const values = LEVELS.flatMap((level) =>
              read
                .filter(({ declaration }) => declaration.name === `db.client.connection.${level}`)
                .flatMap((metric) => pointsOf(metric).map(({ value }) => value)),
            );
            expect(values).toEqual(expected);
          }
          isBroken = false;
          while (asked.size > 0 || lent.length > 0) {
            giveBack();
            await settle();
          }
          expect(await counts(metrics)).toMatchObject({ waits: got, uses: returned, timeouts: 0 });
          expect(returned).toBe(got);
          await pool.destroy();
          expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
        }),
        tries(60),
      );
    },
    PROPERTY_TIMEOUT,
  );
});
