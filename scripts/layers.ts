/**
 * `npm run layers`: writes the picture of the layers, `docs/layers.svg`, and the table beside it in
 * `docs/architecture.md`, from the imports that `src` really has. A test holds that both are current.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LayerUse, layerUses, readTree } from '../test/support/architecture.js';
import { layerPicture } from './support/layer-picture.js';
import { table, writeSection } from './support/markdown.js';

const root = new URL('../', import.meta.url);

/** What the layers import, as a part of a page. */
export function layerTable(uses: readonly LayerUse[]): string {
  const code = (name: string): string => `\`${name}\``;
  const rows = uses.map(({ name, imports }) => [
    code(name),
    imports.length === 0 ? 'nothing' : imports.map(code).join(', '),
  ]);
  const picture =
    '![The layers in rows, errors at the top, each below what it imports; the table says the same](layers.svg)';
  return `${picture}\n\n${table(['Layer', 'Imports'], rows)}`;
}

/** The layers as the sources have them now. */
export const currentLayers = (): readonly LayerUse[] =>
  layerUses(readTree(fileURLToPath(new URL('src', root))));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const uses = currentLayers();
  writeFileSync(new URL('docs/layers.svg', root), layerPicture(uses));
  writeSection(new URL('docs/architecture.md', root), 'layers', layerTable(uses));
  console.log('docs/layers.svg, docs/architecture.md');
}
