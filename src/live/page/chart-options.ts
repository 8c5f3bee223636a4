import type uPlot from 'uplot';
import { clock, format } from '../format.js';
import type { LinesPanel } from '../protocol.js';
import { type Colours, LINE_COLOURS } from './theme.js';

/** Lines are told apart by their dashes too: none, long, short, and both. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** The colour of a line of a panel, as a number of the style sheet, and its dashes. */
export function lookOf(index: number): {
  readonly colour: number;
  readonly dash: readonly number[];
} {
  // Neighbours differ in both; 32 lines pass before two look alike.
  const dash = (index + Math.floor(index / LINE_COLOURS)) % DASHES.length;
  return { colour: index % LINE_COLOURS, dash: DASHES[dash] as readonly number[] };
}

export interface ChartEvents {
  /** A span was picked by dragging, seconds since the epoch. */
  onSpan(from: number, to: number): void;
  /** The pointer is at this place of the times, or at none. */
  onPointer(index: number | undefined): void;
}

/** What a graph is drawn by. Its axes have the unit of the panel, and it begins at 0. */
export function chartOptions(
  panel: LinesPanel,
  colours: Colours,
  size: { readonly width: number; readonly height: number },
  events: ChartEvents,
): uPlot.Options {
  const isStacked = panel.kind === 'stacked';
  const count = panel.lines.length;
  const colour = (i: number) => colours.lines[lookOf(i).colour] as string;
  const axis = { stroke: colours.muted, font: `11px ${colours.font}`, ticks: { show: false } };
  return {
    ...size,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: {
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      sync: { key: 'page' },
    },
    focus: { alpha: 0.35 },
    scales: {
      x: { time: true },
      y: { range: (_chart, min, max) => rangeFor(min, max) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_chart, splits) => {
          const withSeconds = splits.some((at) => at % 60 !== 0);
          return splits.map((at) => clock(at * 1000, withSeconds));
        },
      },
      {
        ...axis,
        grid: { stroke: colours.grid, width: 1 },
        space: 32,
        ...(isBinary(panel.unit) && { incrs: POWERS_OF_TWO }),
        values: (_chart, splits) => splits.map((value) => format(value, panel.unit)),
        size: (_chart, values) => Math.max(36, ...(values ?? []).map(widthOf)) + 12,
      },
    ],
    series: [
      {},
      ...panel.lines.map(({ name }, i) => ({
        label: name,
        stroke: colour(i),
        width: isStacked ? 1 : 1.75,
        ...(!isStacked && { dash: [...lookOf(i).dash] }),
        ...(isStacked && i === 0 && { fill: withAlpha(colour(i), 0.35) }),
        points: { show: false, size: 4, filter: lonely },
      })),
    ],
    ...(isStacked && {
      bands: Array.from({ length: Math.max(0, count - 1) }, (_, i) => ({
        series: [i + 2, i + 1] as [number, number],
        fill: withAlpha(colour(i + 1), 0.35),
      })),
    }),
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 8) return;
          events.onSpan(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(chart) => events.onPointer(chart.cursor.idx ?? undefined)],
    },
  };
}

/** The columns that uPlot draws: seconds, and each line, or each on top of those before it. */
export function chartData(panel: LinesPanel, times: readonly number[]): uPlot.AlignedData {
  const seconds = times.map((at) => at / 1000);
  if (panel.kind === 'lines') {
    return [seconds, ...panel.lines.map(({ values }) => values as (number | null)[])];
  }
  const below = new Array<number>(times.length).fill(0);
  const hasValue = times.map((_, i) => panel.lines.some(({ values }) => values[i] != null));
  const stacked = panel.lines.map(({ values }) =>
    times.map((_, i) => {
      below[i] = (below[i] as number) + (values[i] ?? 0);
      return hasValue[i] ? (below[i] as number) : null;
    }),
  );
  return [seconds, ...stacked];
}

const POWERS_OF_TWO = Array.from({ length: 50 }, (_, i) => 2 ** i);

function isBinary(unit: string): boolean {
  return ['bytes', 'By', 'binBps', 'By/s'].includes(unit);
}

function rangeFor(min: number | null, max: number | null): [number, number] {
  const top = max ?? 0;
  const bottom = Math.min(0, min ?? 0);
  return top <= bottom ? [bottom, bottom + 1] : [bottom, top + (top - bottom) * 0.06];
}

function widthOf(text: string): number {
  return text.length * 6.3;
}

/** Values without a neighbour make no line: they are drawn as a point. */
function lonely(chart: uPlot, series: number): number[] | null {
  const values = chart.data[series] as (number | null | undefined)[];
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) found.push(i);
  }
  return found;
}

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
