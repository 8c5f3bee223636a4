import { describe, expect, it } from 'vitest';
import { prometheusLabel, prometheusName } from '../../src/artefacts/index.js';
import type { InstrumentKind } from '../../src/declare/index.js';

/**
 * Name, unit and kind; what the Collector 0.159 wrote for it, both on its scrape endpoint and by remote
 * write; and what the scrape endpoint of setupMetrics did. Taken from the real ones.
 */
const WRITTEN: readonly (readonly [string, string, InstrumentKind, string, string])[] = [
  ['plain', 's', 'histogram', 'plain_seconds', 'plain'],
  ['dur.seconds', 's', 'histogram', 'dur_seconds', 'dur_seconds'],
  ['seconds.dur', 's', 'histogram', 'seconds_dur', 'seconds_dur'],
  ['x.y', '{USD}', 'histogram', 'x_y', 'x_y'],
  ['x.size', 'By', 'histogram', 'x_size_bytes', 'x_size'],
  ['c.total', '{request}', 'counter', 'c_total', 'c_total'],
  ['c.total.more', '1', 'counter', 'c_more_total', 'c_total_more_total'],
  ['c7_total', 's', 'counter', 'c7_seconds_total', 'c7_total'],
  ['c_count', 's', 'observableCounter', 'c_count_seconds_total', 'c_count_total'],
  ['c3', 'By/s', 'counter', 'c3_bytes_per_second_total', 'c3_total'],
  ['c4', '{request}/min', 'counter', 'c4_per_min_total', 'c4_total'],
  ['c6', '{x}/m', 'counter', 'c6_per_minute_total', 'c6_total'],
  ['x.per_second', 'By/s', 'upDownCounter', 'x_per_second_bytes_per_second', 'x_per_second'],
  ['g1', '1', 'gauge', 'g1_ratio', 'g1'],
  ['g.ratio.x', '1', 'observableGauge', 'g_x_ratio', 'g_ratio_x'],
  ['u1', '1', 'upDownCounter', 'u1', 'u1'],
  ['per', '1/s', 'gauge', 'per_per_second', 'per'],
  ['g2', '%', 'gauge', 'g2_percent', 'g2'],
  ['g3', 'kBy', 'gauge', 'g3_kBy', 'g3'],
  ['g4', 'MBy', 'gauge', 'g4_megabytes', 'g4'],
  ['g7', 'm/s', 'gauge', 'g7_meters_per_second', 'g7'],
  ['g12', 'By/{request}', 'gauge', 'g12_bytes', 'g12'],
  ['g13', 's/d', 'gauge', 'g13_seconds_per_day', 'g13'],
  ['dou..ble__us', 's', 'histogram', 'dou_ble_us_seconds', 'dou_ble_us'],
  ['trail.', 's', 'histogram', 'trail_seconds', 'trail_'],
  ['a-b/c', '{x}', 'upDownCounter', 'a_b_c', 'a_b_c'],
  ['Upper.Case', 'min', 'gauge', 'Upper_Case_minutes', 'Upper_Case'],
  ['h_bucket', '1', 'histogram', 'h_bucket', 'h_bucket'],
];

describe('names in Prometheus', () => {
  it.each(WRITTEN)('%s in %s (%s) is %s', (name, unit, kind, suffixed, plain) => {
    expect(prometheusName({ name, unit, kind })).toBe(suffixed);
    expect(prometheusName({ name, unit, kind }, 'plain')).toBe(plain);
  });

  it.each([
    ['http.route', 'http_route'],
    ['gen_ai.request.model', 'gen_ai_request_model'],
    ['9n', 'key_9n'],
    ['x..y', 'x_y'],
    ['tra-il.', 'tra_il_'],
  ])('the attribute %s is the label %s', (key, label) => {
    expect(prometheusLabel(key)).toBe(label);
  });
});
