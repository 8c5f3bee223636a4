import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { setupMetrics } from '../../src/index.js';
import { until } from '../support/pipeline.js';
import { promtoolCheck } from './support/prometheus.js';

type Measure = (value: number, attributes: object) => void;

/** Gives every instrument of the standard registry a series, and tells how many there are. */
function touchAll(): number {
  const { instruments } = agentMetrics.manifest();
  for (const { property, attributes } of instruments) {
    const instrument = agentMetrics[property as keyof typeof agentMetrics] as unknown as {
      add?: Measure;
      record?: Measure;
      addCallback?(callback: (result: { observe: Measure }) => void): void;
    };
    const given = Object.fromEntries(
      attributes.map(({ key, type, values }) => {
        const some = { oneOf: values?.[0], int: 1, boolean: true, string: 'x' };
        return [key, some[type]];
      }),
    );
    (instrument.add ?? instrument.record)?.call(instrument, 1, given);
    instrument.addCallback?.((result) => result.observe(1, given));
  }
  return instruments.length;
}

describe('promtool', () => {
  it('finds nothing wrong with the standard registry but a name of the conventions', async () => {
    const telemetry = setupMetrics({
      serviceName: 'e2e',
      registries: [agentMetrics],
      strict: true,
      otlp: false,
      prometheus: { port: 0 },
      flushAtExit: false,
    });
    const count = touchAll();
    const endpoint = () => telemetry.health().exporters[0]?.endpoint ?? '';
    await until('the endpoint listens', () => !endpoint().includes(':0/'));
    const text = await (await fetch(endpoint())).text();
    await telemetry.shutdown();
    // Each, the target, and of the pipeline itself: attempts, points given up, series.
    expect(text.match(/^# TYPE /gm)).toHaveLength(count + 1 + 3);
    expect(promtoolCheck(text).said.split('\n')).toEqual([
      // Source: semantic conventions, "Database client metrics", `db.client.connection.count`.
      'db_client_connection_count non-histogram and non-summary metrics should not have "_count" suffix',
    ]);
  });
});
