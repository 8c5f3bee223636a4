import type { VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { describe, expectTypeOf, it } from 'vitest';
import type { Plain, Visualization } from '../../src/artefacts/grafana/sdk-types.js';

describe('types of the SDK as JSON', () => {
  it('take the values of enums, and nothing else', () => {
    expectTypeOf<Plain<VisibilityMode>>().toEqualTypeOf<'auto' | 'never' | 'always'>();
    expectTypeOf<
      Plain<{ mode?: VisibilityMode; names: string[]; method(): void }>
    >().toEqualTypeOf<{
      readonly mode?: 'auto' | 'never' | 'always';
      readonly names: readonly string[];
    }>();
  });

  it('refuse what Grafana does not know', () => {
    const fieldConfig = { defaults: {}, overrides: [] };
    const options = { graphMode: 'area' } as const;
    // @ts-expect-error The other options of the panel are missing.
    expectTypeOf({ type: 'stat', options, fieldConfig } as const).toExtend<Visualization>();
    const custom = { drawStyle: 'dots' } as const;
    const wrong = { type: 'timeseries', defaults: { custom } } as const;
    type Custom = Extract<
      Visualization,
      { type: 'timeseries' }
    >['fieldConfig']['defaults']['custom'];
    // @ts-expect-error There is no such style.
    expectTypeOf(wrong.defaults.custom).toExtend<Custom>();
  });
});
