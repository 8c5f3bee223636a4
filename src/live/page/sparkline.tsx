import { memo } from './memo.js';

interface Props {
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly height?: number;
}

/** A little line beside a number. It says nothing that the number and the graphs do not. */
export const Sparkline = memo(({ values, width = 96, height = 24 }: Props) => {
  const { line, end } = pathOf(values, width, height);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {line !== '' && <path d={line} />}
      {end && <circle cx={end.x} cy={end.y} r="1.8" />}
    </svg>
  );
});

function pathOf(values: readonly (number | null)[], width: number, height: number) {
  const most = Math.max(...values.map((value) => value ?? 0));
  const least = Math.min(0, ...values.map((value) => value ?? 0));
  const step = (width - 4) / Math.max(1, values.length - 1);
  const scale = most > least ? (height - 4) / (most - least) : 0;
  let line = '';
  let isDown = false;
  let end: { x: string; y: string } | undefined;
  values.forEach((value, i) => {
    if (value === null) {
      isDown = false;
      return;
    }
    end = { x: (2 + i * step).toFixed(1), y: (height - 2 - (value - least) * scale).toFixed(1) };
    line += `${isDown ? 'L' : 'M'}${end.x} ${end.y}`;
    isDown = true;
  });
  return { line, end };
}
