import { expect, it } from 'vitest';
import { pointsOf } from '../../src/core/index.js';
import { makeSelfMetrics } from '../../src/setup/self/self-metrics.js';

it('an IPv6 address is told without the brackets of its URL, and without credentials', () => {
  const self = makeSelfMetrics([]);
  const reader = self.core.attach('cumulative');
  self.exporter('http://user:secret@[::1]:4318/v1/metrics').moved(1);
  const points = reader.collectNow().metrics.flatMap(pointsOf);
  const told = points.map(({ attributes }) => attributes).filter((it) => 'server.address' in it);
  expect(told).toEqual([expect.objectContaining({ 'server.address': '::1', 'server.port': 4318 })]);
  expect(JSON.stringify(points)).not.toContain('secret');
});
