import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { currentLayers, layerTable } from '../../scripts/layers.js';
import { directImports, layerPicture, rowsOf } from '../../scripts/support/layer-picture.js';
import { root } from '../docs/support/pages.js';
import { type LayerUse, layerUses } from '../support/architecture.js';

const docs = (file: string) => readFileSync(join(root, 'docs', file), 'utf8');

describe('the layers in docs/architecture.md', () => {
  const uses = currentLayers();

  it('are those of the imports; if not: npm run layers', () => {
    expect(docs('architecture.md')).toContain(`\n${layerTable(uses)}\n`);
    expect(docs('layers.svg')).toBe(layerPicture(uses));
  });

  it('are all in the picture, with an arrow for each import that no other brings along', () => {
    const svg = docs('layers.svg');
    for (const { name } of uses) expect(svg).toContain(`>${name}</text>`);
    const arrows = [...directImports(uses).values()].flat();
    expect(svg.match(/marker-end/g)).toHaveLength(arrows.length);
  });
});

describe('layerUses', () => {
  it('reads every kind of import, and leaves out those within a layer', () => {
    const tree = new Map([
      ['errors.ts', ''],
      ['core/a.ts', "import '../errors.js'; import './b.js'; import 'node:fs';"],
      ['core/b.ts', "export type { A } from '../declare/index.js';"],
      ['declare/index.ts', "export type A = import('../errors.js').B;"],
    ]);
    expect(layerUses(tree)).toEqual([
      { name: 'core', files: 2, imports: ['declare', 'errors'] },
      { name: 'declare', files: 1, imports: ['errors'] },
      { name: 'errors', files: 1, imports: [] },
    ]);
  });
});

describe('the picture', () => {
  const use = (name: string, ...imports: readonly string[]): LayerUse => ({
    name,
    files: 1,
    imports,
  });
  const diamond = [use('a'), use('b', 'a'), use('c', 'a'), use('d', 'a', 'b', 'c')];

  it('has a layer below all that it imports', () => {
    expect(rowsOf(diamond)).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('leaves out the arrows that others imply', () => {
    expect(directImports(diamond).get('d')).toEqual(['b', 'c']);
  });

  it('is refused for a circle', () => {
    expect(() => layerPicture([use('a', 'b'), use('b', 'a'), use('c')])).toThrow(/circle: a, b$/);
  });
});
