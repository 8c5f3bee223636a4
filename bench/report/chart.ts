import type { Section } from './measurement.js';

const WIDTH = 760;
const HEIGHT = 380;
const AREA = { left: 70, right: 180, top: 20, bottom: 50 };

/** Told apart by people who see few colours, and by dashes too. */
const LINES = [
  { color: '#0b6e4f', dash: '' },
  { color: '#c8553d', dash: '6 3' },
  { color: '#3d5a98', dash: '2 3' },
  { color: '#8a6d1f', dash: '8 3 2 3' },
  { color: '#7b4b94', dash: '4 2' },
  { color: '#4f4f4f', dash: '1 2' },
] as const;

/** Where a value lies between two others on a scale by tenfolds, 0 to 1. */
function share(value: number, least: number, most: number): number {
  if (most === least) return 0.5;
  return Math.log(value / least) / Math.log(most / least);
}

function tenfolds(least: number, most: number): readonly number[] {
  const from = Math.floor(Math.log10(least));
  const to = Math.ceil(Math.log10(most));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

const text = (value: string) => value.replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`);

/**
 * The curves of a section as an SVG drawing, both axes by tenfolds; 0 on the horizontal one is drawn
 * at its left end. Dark lines on white, so that it reads on any page.
 */
export function chartSvg({ title, unit, columns, rows, chart }: Section): string {
  if (chart === undefined) throw new Error(`the section "${title}" is no curve`);
  const values = rows.flatMap((row) => columns.flatMap((name) => row.values[name]?.least ?? []));
  const scale = tenfolds(Math.min(...values), Math.max(...values));
  const [least = 1] = scale;
  const most = scale.at(-1) ?? 10;
  const isByTenfolds = chart.at.every((at) => at > 0);
  const end = Math.max(...chart.at);
  const x = (at: number) =>
    AREA.left +
    (WIDTH - AREA.left - AREA.right) *
      (isByTenfolds ? share(at, Math.min(...chart.at), end) : at / end);
  const y = (value: number) =>
    HEIGHT - AREA.bottom - (HEIGHT - AREA.top - AREA.bottom) * share(value, least, most);
  const grid = scale.map(
    (value) =>
      `<line x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>` +
      `<text x="${AREA.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toLocaleString('en-US')}</text>`,
  );
  const ticks = chart.at.map(
    (at) =>
      `<text x="${x(at).toFixed(1)}" y="${HEIGHT - AREA.bottom + 18}" text-anchor="middle">${at.toLocaleString('en-US')}</text>`,
  );
  const shown = columns.filter((name) => rows.some((row) => row.values[name] !== undefined));
  const ends = shown.map((name) => rows.findLast((row) => row.values[name])?.values[name]?.least);
  const labels = apart(ends.map((value) => y(value ?? least)));
  const lines = shown.map((name, i) => {
    const { color, dash } = LINES[i % LINES.length] ?? LINES[0];
    const points = rows.flatMap((row, at) => {
      const value = row.values[name]?.least;
      return value === undefined
        ? []
        : [`${x(chart.at[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`];
    });
    return (
      `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="${i === 0 ? 3 : 2}" stroke-dasharray="${dash}"/>` +
      `<text x="${WIDTH - AREA.right + 10}" y="${((labels[i] ?? 0) + 4).toFixed(1)}" fill="${color}">${text(name)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${text(`${title}, ${unit}, by ${chart.x}`)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid,
    ...ticks,
    ...lines,
    `<text x="${(AREA.left + WIDTH - AREA.right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${text(chart.x)}</text>`,
    `<text transform="rotate(-90)" x="${-HEIGHT / 2}" y="16" text-anchor="middle">${text(unit)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** Moves what lies closer than a line of text away from each other, downwards. */
function apart(wished: readonly number[]): readonly number[] {
  const order = wished.map((_, i) => i).sort((a, b) => (wished[a] ?? 0) - (wished[b] ?? 0));
  const placed = [...wished];
  let free = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    placed[i] = Math.max(placed[i] ?? 0, free);
    free = (placed[i] ?? 0) + 15;
  }
  return placed;
}
