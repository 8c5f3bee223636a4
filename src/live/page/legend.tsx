import { useState } from 'preact/hooks';
import { format } from '../format.js';
import type { LinesPanel } from '../protocol.js';
import { lookOf } from './chart-options.js';
import { lastOf } from './summary.js';

const FEW = 6;

interface Props {
  readonly panel: LinesPanel;
  /** Where the pointer is; without, the last values are shown. */
  readonly index: number | undefined;
  readonly isLarge: boolean;
}

/** The lines of a graph by colour, dashes and name, each with its value. */
export function Legend({ panel, index, isLarge }: Props) {
  const [isAll, setAll] = useState(false);
  const { lines, more, unit } = panel;
  const isLong = lines.length > FEW + 1 && !isLarge;
  const shown = isLong && !isAll ? lines.slice(0, FEW) : lines;
  return (
    <div class="legend">
      <ul>
        {shown.map(({ name, values }, i) => {
          const { colour, dash } = lookOf(i);
          const value = index === undefined ? lastOf(values) : (values[index] ?? null);
          return (
            <li key={name}>
              <svg class={`swatch colour-line-${colour}`} width="22" height="8" aria-hidden="true">
                <line
                  x1="1"
                  y1="4"
                  x2="21"
                  y2="4"
                  stroke-dasharray={panel.kind === 'lines' ? dash.join(' ') : ''}
                />
              </svg>
              <span class="name" title={name}>
                {name}
              </span>
              <span class="value">{format(value, unit)}</span>
            </li>
          );
        })}
      </ul>
      {isLong && (
        <button type="button" class="quiet" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show ${lines.length - FEW} more`}
        </button>
      )}
      {more > 0 && <p class="note">{more} smaller ones are left out.</p>}
    </div>
  );
}
