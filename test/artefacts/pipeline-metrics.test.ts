import { describe, expect, it } from 'vitest';
import { ACCEPTED, PIPELINE } from '../../src/artefacts/pipeline-metrics.js';
import { toManifest } from '../../src/declare/index.js';
import { declareSelf } from '../../src/setup/self/instruments.js';

describe('what the generators know of the pipeline', () => {
  const { instruments } = toManifest(declareSelf());

  it.each(Object.values(PIPELINE))('is what the pipeline declares: $name', (known) => {
    const declared = instruments.find(({ name }) => name === known.name);
    expect(declared).toMatchObject({ kind: known.kind, unit: known.unit });
    expect(declared?.attributes.map(({ key }) => key)).toEqual(
      known.attributes.map(({ key }) => key),
    );
    expect(declared?.boundaries).toEqual('boundaries' in known ? known.boundaries : undefined);
  });

  it('is how an export that has arrived is called', () => {
    const [outcome] =
      instruments.find(({ name }) => name === PIPELINE.attempts.name)?.attributes ?? [];
    expect(outcome?.values).toContain(ACCEPTED);
  });
});
