import type { Manifest, ManifestInstrument } from '../../../src/declare/index.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  observableGauge,
  slo,
  upDownCounter,
} from '../../../src/index.js';
import { untyped } from '../../support/hostile.js';

/** One of every kind, with every option. */
export const everyKind = defineRegistry({
  scope: { name: 'service', version: '1.2.3' },
  instruments: {
    latency: histogram({
      name: 'job.latency',
      description: 'How long a job took.',
      unit: 's',
      buckets: buckets.explicit([0.1, 1, 10]),
      attributes: {
        model: attr.string({ maxValues: 50 }).fromContext().optional(),
        kind: attr.oneOf('chat', 'embeddings'),
      },
      maxSeries: 500,
      idleSeconds: 60,
      sampleOneIn: 10,
      renamedFrom: { name: 'task.latency', until: '2027-01-31', unit: 'ms', factor: 1_000 },
    }),
    smooth: histogram({ name: 'smooth', unit: 'By', buckets: buckets.base2({ maxSize: 20 }) }),
    calls: counter({
      name: 'calls',
      unit: '{call}',
      attributes: { ok: attr.boolean() },
      seedZero: true,
    }),
    active: upDownCounter({ name: 'active', unit: '{job}' }),
    depth: observableGauge({ name: 'depth', unit: '{item}', attributes: { id: attr.int() } }),
    ready: gauge({ name: 'ready', unit: '1' }),
  },
  slos: {
    fast: slo({ instrument: 'latency', objective: 0.999, threshold: 1, window: '30d' }),
    small: slo({
      instrument: 'smooth',
      objective: 0.9,
      threshold: 1_000,
      window: '4w',
      description: 'Most are small.',
    }),
  },
}).manifest();

/** What a declaration may hold at worst: markup, quotes and line ends of every target. */
export const NASTY =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one of what may not be taken for one
  '</td><script>alert(1)</script> | `x` \\| --> ```\n# h\r\n- *b* "q" \'s\' \\ ${env} {{t}} <!-- [l](http://e) & %% : #c\u2028u\u0085n\u0007';

export const hostile = defineRegistry({
  scope: { name: `hostile ${NASTY}`, version: NASTY, schemaUrl: NASTY },
  instruments: {
    [NASTY]: histogram({
      name: 'hostile.latency',
      description: NASTY,
      unit: '{`a|b<c>"$}',
      buckets: buckets.explicit([1, 2]),
      attributes: { [NASTY]: attr.oneOf(NASTY, 'plain', '`'), other: attr.string() },
    }),
    second: counter({ name: 'hostile.second', unit: '1', description: `- ${NASTY}` }),
  },
  slos: {
    [NASTY]: untyped(
      slo({ instrument: NASTY, objective: 0.5, threshold: 2, window: '1d', description: NASTY }),
    ),
  },
}).manifest();

/** A manifest with one thing changed in one instrument. */
export function changed(
  manifest: Manifest,
  property: string,
  change: Partial<ManifestInstrument>,
): Manifest {
  return {
    ...manifest,
    instruments: manifest.instruments.map((it) =>
      it.property === property ? { ...it, ...change } : it,
    ),
  };
}

/** The instrument of a manifest. */
export function instrumentOf(manifest: Manifest, property: string): ManifestInstrument {
  const found = manifest.instruments.find((it) => it.property === property);
  if (found === undefined) throw new Error(`there is no ${property}`);
  return found;
}
