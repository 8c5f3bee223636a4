/** Four attributes, as a service of the kind that meterbook is for declares them. */
const ATTRIBUTES = `{
    'gen_ai.request.model': attr.string({ maxValues: 50 }),
    'gen_ai.operation.name': attr.oneOf('chat', 'embeddings', 'text_completion'),
    'organization.id': attr.string({ maxValues: 500 }).fromContext().optional(),
    'http.response.status_code': attr.int().optional(),
  }`;

const PASSED = `{ 'gen_ai.request.model': 'm', 'gen_ai.operation.name': 'chat' }`;

/** The kinds in turn: how one is declared, and how it is recorded. */
const KINDS = [
  ['histogram', `unit: 's', buckets: buckets.presets.genAiClient`, 'record'],
  ['counter', `unit: '{request}'`, 'add'],
  ['histogram', `unit: 'By', buckets: buckets.base2()`, 'record'],
  ['upDownCounter', `unit: '{run}'`, 'add'],
  ['gauge', `unit: '1'`, 'record'],
] as const;

/** The source of a registry of this many instruments, with one record call for each. */
export function generateRegistry(size: number): string {
  const kinds = Array.from({ length: size }, (_, i) => KINDS[i % KINDS.length] ?? KINDS[0]);
  const declarations = kinds.map(
    ([kind, options], i) =>
      `    it${i}: ${kind}({ name: 'it.${i}', ${options}, attributes: ${ATTRIBUTES} }),`,
  );
  const calls = kinds.map(([, , method], i) => `metrics.it${i}.${method}(1, ${PASSED});`);
  return [
    `import { attr, buckets, counter, defineRegistry, gauge, histogram, slo, upDownCounter } from '../../src/index.js';`,
    'export const metrics = defineRegistry({',
    `  scope: { name: 'generated' },`,
    '  instruments: {',
    ...declarations,
    '  },',
    `  slos: { fast: slo({ instrument: 'it0', objective: 0.99, threshold: 2.56, window: '30d' }) },`,
    '});',
    ...calls,
    'export { gauge, upDownCounter };',
    '',
  ].join('\n');
}
