import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { InstrumentType } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { temporalitySelector } from '../../src/otel/index.js';

/** The official exporter's number for each preference. */
const OFFICIAL = { delta: 0, cumulative: 1, lowmemory: 2 } as const;

describe('the temporality of an instrument', () => {
  it.each(['cumulative', 'delta', 'lowmemory'] as const)(
    'is, under %s, what the official exporter selects',
    (preference) => {
      const select = temporalitySelector(preference);
      const official = new OTLPMetricExporter({ temporalityPreference: OFFICIAL[preference] });
      for (const type of Object.values(InstrumentType)) {
        expect([type, select(type)]).toEqual([type, official.selectAggregationTemporality(type)]);
      }
    },
  );
});
