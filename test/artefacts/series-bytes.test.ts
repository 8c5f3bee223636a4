import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { bytesPerSeries, worstCaseBytes } from '../../src/artefacts/series-bytes.js';
import { buckets, counter, defineRegistry, gauge, histogram } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { everyKind, instrumentOf } from './support/registries.js';

describe('the bytes of a series', () => {
  const metrics = defineRegistry({
    scope: { name: 'service' },
    instruments: {
      few: histogram({ name: 'few', unit: 's', buckets: buckets.explicit([1]) }),
      many: histogram({ name: 'many', unit: 's', buckets: buckets.presets.genAiClient }),
      base2: histogram({ name: 'base2', unit: 's', buckets: buckets.base2({ maxSize: 33 }) }),
      calls: counter({ name: 'calls', unit: '1' }),
      level: gauge({ name: 'level', unit: '1' }),
    },
  });

  it('are those of the rows that the core makes', () => {
    metrics.few.record(1);
    metrics.many.record(1);
    metrics.base2.record(1);
    metrics.calls.add(1);
    metrics.level.record(1);
    for (const it of metrics.manifest().instruments) {
      const core = coreOf(metrics).instruments[it.property];
      const storage = core !== undefined && 'storage' in core ? core.storage : undefined;
      const block = storage?.index.list[0]?.block;
      const rows = block?.starts.length ?? 0;
      const bytes = (block?.live.byteLength ?? 0) + (block?.starts.byteLength ?? 0);
      expect(rows).toBeGreaterThan(0);
      expect(bytesPerSeries(it), it.name).toBe(bytes / rows);
    }
  });

  it('are 152 for a histogram of 14 boundaries, and add up by series', () => {
    expect(bytesPerSeries(instrumentOf(metrics.manifest(), 'many'))).toBe(152);
    const latency = instrumentOf(everyKind, 'latency');
    expect(latency.worstCaseSeries).toBe(104);
    expect(worstCaseBytes(latency)).toBe(104 * 64);
    expect(agentMetrics.manifest().instruments.every((it) => worstCaseBytes(it) > 0)).toBe(true);
  });
});
