import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fencesOf } from '../docs/support/blocks.js';
import { readPages } from '../docs/support/pages.js';
import { type Prometheus, startPrometheus } from './support/prometheus.js';

const queries = readPages().flatMap((page) =>
  fencesOf(page)
    .filter(({ language }) => language === 'promql')
    .map(({ line, lines }) => [`${page.path}:${line}`, lines.join('\n')] as const),
);

let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus();
}, 60_000);
afterAll(() => prometheus?.stop());

describe('every query in PromQL on the pages', () => {
  it.each(queries)('%s is what Prometheus understands', async (_, query) => {
    // It throws where the server finds a fault in the expression.
    await prometheus.query(query);
  });

  it('would not be, if Prometheus did not understand it', async () => {
    await expect(prometheus.query('sum by (le) rate(a[5m])')).rejects.toThrow();
  });
});
