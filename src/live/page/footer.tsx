import { format, plural, span } from '../format.js';
import type { History } from '../protocol.js';
import { memo } from './memo.js';

/** What is kept, and what was refused or left out. */
export const Footer = memo(({ history }: { history: History }) => {
  const { series, bytes, maxBytes, maxSeconds, pointsPerMinute, refused, dropped } = history;
  return (
    <footer class="foot">
      <p>
        {plural(series, 'series', 'series')}, {format(pointsPerMinute, 'short')} points a minute
      </p>
      <p>
        {format(bytes, 'bytes')} of {format(maxBytes, 'bytes')}, at most {span(maxSeconds)}
      </p>
      <Counts what="refused" counts={refused} />
      <Counts what="points left out" counts={dropped} />
    </footer>
  );
});

function Counts({ what, counts }: { what: string; counts: Readonly<Record<string, number>> }) {
  const reasons = Object.entries(counts).filter(([, count]) => count > 0);
  if (reasons.length === 0) return null;
  return (
    <p class="poor">
      {what}: {reasons.map(([reason, count]) => `${reason} ${format(count, 'short')}`).join(', ')}
    </p>
  );
}
