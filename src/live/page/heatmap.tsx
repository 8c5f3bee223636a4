import { useEffect, useRef, useState } from 'preact/hooks';
import { clock, format } from '../format.js';
import type { HeatmapPanel } from '../protocol.js';
import { drawSoon, forget } from './frame-queue.js';
import type { Frame } from './line-chart.js';
import { betweenBounds, heatmapInWords } from './summary.js';
import { type Colours, coloursNow } from './theme.js';
import { useThemeCount } from './use-theme.js';

const LEFT = 64;
const BOTTOM = 20;
const TOP = 6;

interface Props {
  readonly panel: HeatmapPanel;
  readonly frame: Frame;
  readonly height: number;
}

/** The rows that are drawn: from the first bucket that has a measurement to the last one. */
interface Rows {
  readonly first: number;
  readonly count: number;
}

/**
 * Time from left to right, sizes from below to above, and the more measurements the stronger the colour. The pointer
 * tells time, bucket and count in words.
 */
export function Heatmap({ panel, frame, height }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [told, setTold] = useState('');
  const themes = useThemeCount();

  useEffect(() => {
    const box = (canvas.current as HTMLCanvasElement).parentElement as HTMLElement;
    const sizes = new ResizeObserver(() => setWidth(box.clientWidth));
    sizes.observe(box);
    return () => sizes.disconnect();
  }, []);

  useEffect(() => {
    if (width === 0) return;
    drawSoon(canvas, () => {
      if (canvas.current !== null) drawHeatmap(canvas.current, panel, frame, width, height);
    });
    return () => forget(canvas);
  }, [panel, frame, width, height, themes]);

  function onMove(event: MouseEvent): void {
    const box = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    setTold(tell(panel, frame, event.clientX - box.left, event.clientY - box.top, width, height));
  }

  return (
    <div class="chart heatmap">
      <canvas
        ref={canvas}
        role="img"
        aria-label={heatmapInWords(panel)}
        onMouseMove={onMove}
        onMouseLeave={() => setTold('')}
      />
      <p class="told" aria-hidden="true">
        {told === '' ? 'The stronger the colour, the more measurements.' : told}
      </p>
    </div>
  );
}

function rowsOf({ counts, bounds }: HeatmapPanel): Rows {
  let first = bounds.length;
  let last = 0;
  for (const row of counts) {
    for (let bucket = 0; bucket < row.length; bucket++) {
      if ((row[bucket] as number) === 0) continue;
      first = Math.min(first, bucket);
      last = Math.max(last, bucket);
    }
  }
  return first > last ? { first: 0, count: bounds.length + 1 } : { first, count: last - first + 1 };
}

function drawHeatmap(
  canvas: HTMLCanvasElement,
  panel: HeatmapPanel,
  frame: Frame,
  width: number,
  height: number,
): void {
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const colours = coloursNow();
  const rows = rowsOf(panel);
  const cellWidth = (width - LEFT) / Math.max(1, panel.counts.length);
  const cellHeight = (height - TOP - BOTTOM) / rows.count;
  const most = Math.max(1, ...panel.counts.map((row) => Math.max(0, ...row)));
  pen.fillStyle = colours.accent;
  panel.counts.forEach((row, column) => {
    for (let i = 0; i < rows.count; i++) {
      const count = row[rows.first + i] ?? 0;
      if (count === 0) continue;
      // The root: what is rare is to be seen beside what is frequent.
      pen.globalAlpha = 0.12 + 0.88 * Math.sqrt(count / most);
      const y = height - BOTTOM - (i + 1) * cellHeight;
      pen.fillRect(LEFT + column * cellWidth, y, Math.max(1, cellWidth - 1), cellHeight - 1);
    }
  });
  pen.globalAlpha = 1;
  drawAxes(pen, panel, frame, { width, height, rows, cellHeight, cellWidth }, colours);
}

function drawAxes(
  pen: CanvasRenderingContext2D,
  panel: HeatmapPanel,
  { times }: Frame,
  at: {
    readonly width: number;
    readonly height: number;
    readonly rows: Rows;
    readonly cellHeight: number;
    readonly cellWidth: number;
  },
  colours: Colours,
): void {
  pen.fillStyle = colours.muted;
  pen.font = `11px ${colours.font}`;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  const each = Math.max(1, Math.ceil(18 / at.cellHeight));
  for (let i = 0; i < at.rows.count; i += each) {
    const bound = panel.bounds[at.rows.first + i];
    const y = at.height - BOTTOM - (i + 1) * at.cellHeight;
    const text = bound === undefined ? '∞' : format(bound, panel.unit);
    pen.fillText(text, LEFT - 8, Math.max(y, 8));
  }
  pen.textAlign = 'center';
  pen.textBaseline = 'bottom';
  const labels = Math.max(2, Math.floor((at.width - LEFT) / 90));
  const step = Math.max(1, Math.floor(times.length / labels));
  for (let i = Math.floor(step / 2); i < times.length; i += step) {
    const x = LEFT + (i + 0.5) * at.cellWidth;
    if (x > at.width - 26) break;
    pen.fillText(clock(times[i] as number), x, at.height - 2);
  }
}

/** What is under the pointer. */
function tell(
  panel: HeatmapPanel,
  { times }: Frame,
  x: number,
  y: number,
  width: number,
  height: number,
): string {
  const rows = rowsOf(panel);
  const column = Math.floor(((x - LEFT) / (width - LEFT)) * panel.counts.length);
  const row = Math.floor(((height - BOTTOM - y) / (height - TOP - BOTTOM)) * rows.count);
  const count = panel.counts[column]?.[rows.first + row];
  const time = times[column];
  if (count === undefined || time === undefined || row < 0 || row >= rows.count) return '';
  return `${clock(time)}: ${count} ${betweenBounds(panel.bounds, rows.first + row, panel.unit)}`;
}
