import type { LayerUse } from '../../test/support/architecture.js';

/** Pixels of the picture. */
const BOX = { width: 96, height: 30 } as const;
const GAP = { x: 18, y: 40 } as const;
const MARGIN = 10;

interface Placed {
  readonly name: string;
  /** The middle of its box. */
  readonly x: number;
  /** The upper edge of its box. */
  readonly y: number;
}

/** Imports by name, without those that another import brings along: `core` where `otel` imports it. */
export function directImports(uses: readonly LayerUse[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map(uses.map((use) => [use.name, use.imports]));
  const reaches = (from: string, to: string): boolean =>
    (imports.get(from) ?? []).some((next) => next === to || reaches(next, to));
  return new Map(
    uses.map(({ name, imports: own }) => [
      name,
      own.filter((to) => !own.some((other) => other !== to && reaches(other, to))),
    ]),
  );
}

/** Layers in rows: each below everything that it imports. Throws where they import in a circle. */
export function rowsOf(uses: readonly LayerUse[]): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const placed = new Set<string>();
  while (placed.size < uses.length) {
    const next = uses
      .filter(({ name, imports }) => !placed.has(name) && imports.every((it) => placed.has(it)))
      .map(({ name }) => name);
    if (next.length === 0) {
      const left = uses.filter(({ name }) => !placed.has(name)).map(({ name }) => name);
      throw new Error(`these layers import each other in a circle: ${left.join(', ')}`);
    }
    for (const name of next) placed.add(name);
    rows.push(next);
  }
  return rows;
}

/**
 * The layers and what they import of each other as an SVG, for light and dark pages. An arrow points
 * at what is imported. There is none where another import brings that layer along.
 */
export function layerPicture(uses: readonly LayerUse[]): string {
  const rows = rowsOf(uses);
  const direct = directImports(uses);
  const widest = Math.max(...rows.map((row) => row.length));
  const width = 2 * MARGIN + widest * (BOX.width + GAP.x) - GAP.x;
  const height = 2 * MARGIN + rows.length * (BOX.height + GAP.y) - GAP.y;
  const places = placesOf(rows, direct, width);
  const lines = [...direct].flatMap(([from, targets]) =>
    targets.map((to) => arrow(placeOf(places, from), placeOf(places, to))),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>The layers of src and what they import</title>',
    '<style>',
    '  text { font: 13px ui-monospace, monospace; text-anchor: middle; fill: #1f2328 }',
    '  rect { fill: #f6f8fa; stroke: #57606a }',
    '  path { fill: none; stroke: #57606a }',
    '  marker path { fill: #57606a; stroke: none }',
    '  @media (prefers-color-scheme: dark) {',
    '    text { fill: #e6edf3 }',
    '    rect { fill: #21262d; stroke: #8b949e }',
    '    path { stroke: #8b949e }',
    '    marker path { fill: #8b949e }',
    '  }',
    '</style>',
    '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
    '  <path d="M0 0L8 4L0 8Z"/>',
    '</marker>',
    ...lines,
    ...[...places.values()].map(box),
    '</svg>',
  ].join('\n')}\n`;
}

/** Each row in the middle, sorted by where the layers are that it imports, so that few arrows cross. */
function placesOf(
  rows: readonly (readonly string[])[],
  direct: ReadonlyMap<string, readonly string[]>,
  width: number,
): ReadonlyMap<string, Placed> {
  const places = new Map<string, Placed>();
  rows.forEach((row, level) => {
    const wish = (name: string): number => {
      const above = (direct.get(name) ?? []).map((it) => placeOf(places, it).x);
      return above.length === 0 ? width / 2 : above.reduce((a, b) => a + b) / above.length;
    };
    const sorted = [...row].sort((a, b) => wish(a) - wish(b) || (a < b ? -1 : 1));
    const left = (width - row.length * (BOX.width + GAP.x) + GAP.x + BOX.width) / 2;
    sorted.forEach((name, i) => {
      const y = MARGIN + level * (BOX.height + GAP.y);
      places.set(name, { name, x: Math.round(left + i * (BOX.width + GAP.x)), y });
    });
  });
  return places;
}

function placeOf(places: ReadonlyMap<string, Placed>, name: string): Placed {
  const place = places.get(name);
  if (place === undefined) throw new Error(`no layer is called "${name}"`);
  return place;
}

function arrow(from: Placed, to: Placed): string {
  const end = to.y + BOX.height;
  const bend = Math.round(GAP.y * 0.6);
  return `<path d="M${from.x} ${from.y}C${from.x} ${from.y - bend} ${to.x} ${end + bend} ${to.x} ${end}" marker-end="url(#head)"/>`;
}

function box({ name, x, y }: Placed): string {
  return (
    `<rect x="${x - BOX.width / 2}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="4"/>` +
    `<text x="${x}" y="${y + 20}">${name}</text>`
  );
}
