import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { LinesPanel } from '../protocol.js';
import { chartData, chartOptions } from './chart-options.js';
import { drawSoon, forget } from './frame-queue.js';
import { usePage } from './page-context.js';
import { linesInWords } from './summary.js';
import { coloursNow } from './theme.js';
import { useThemeCount } from './use-theme.js';

/** The span that graphs show: the same object as long as it is the same span. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly times: readonly number[];
}

interface Props {
  readonly panel: LinesPanel;
  readonly frame: Frame;
  readonly height: number;
  readonly onPointer: (index: number | undefined) => void;
}

/**
 * A graph. It is made anew when its lines are others; new values are drawn into what is there, when a frame has
 * time for them and the graph is in sight.
 */
export function LineChart({ panel, frame, height, onPointer }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const isSeen = useRef(true);
  const latest = useRef({ panel, frame, onPointer });
  latest.current = { panel, frame, onPointer };
  const page = usePage();
  const themes = useThemeCount();
  const names = panel.lines.map(({ name }) => name).join('\n');

  const draw = useRef(() => {
    const { panel: shown, frame: span } = latest.current;
    const drawn = chart.current;
    if (drawn === undefined || drawn.series.length !== shown.lines.length + 1) return;
    drawn.batch(() => {
      drawn.setData(chartData(shown, span.times), false);
      drawn.setScale('x', { min: span.from / 1000, max: span.to / 1000 });
    });
  });

  useLayoutEffect(() => {
    const box = place.current as HTMLDivElement;
    const { panel: shown, frame: span } = latest.current;
    const options = chartOptions(
      shown,
      coloursNow(),
      { width: Math.max(box.clientWidth, 120), height },
      {
        onSpan: (from, to) => {
          const end = Math.round(to * 1000);
          page.ask({ to: end, rangeSeconds: Math.max(1, Math.round(to - from)) });
        },
        onPointer: (index) => latest.current.onPointer(index),
      },
    );
    const made = new uPlot(options, chartData(shown, span.times), box);
    made.setScale('x', { min: span.from / 1000, max: span.to / 1000 });
    chart.current = made;
    const sizes = new ResizeObserver(() => {
      const width = box.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    sizes.observe(box);
    const sight = new IntersectionObserver(
      (entries) => {
        isSeen.current = entries.at(-1)?.isIntersecting ?? true;
        if (isSeen.current) drawSoon(chart, draw.current);
      },
      { rootMargin: '200px' },
    );
    sight.observe(box);
    return () => {
      sizes.disconnect();
      sight.disconnect();
      forget(chart);
      made.destroy();
      chart.current = undefined;
    };
  }, [names, panel.kind, panel.unit, height, themes, page]);

  useEffect(() => {
    if (isSeen.current) drawSoon(chart, draw.current);
  }, [panel, frame]);

  return <div class="chart" ref={place} role="img" aria-label={linesInWords(panel)} />;
}
