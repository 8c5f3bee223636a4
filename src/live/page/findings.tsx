import { useState } from 'preact/hooks';
import { DEFAULT_ASKING } from '../asking.js';
import type { Asking, Finding, Level } from '../protocol.js';
import { LevelMark } from './level.js';
import { Link } from './link.js';
import { memo } from './memo.js';

const HEADLINES: Readonly<Record<Level, string>> = {
  good: 'All is well',
  warning: 'Worth a look',
  problem: 'Something is wrong',
};

/** Findings that are shown before one asks for all of them. */
const MOST = 6;

/** What is worth knowing, the worst first, each with the way to it. */
export const Findings = memo(
  ({ level, findings }: { level: Level; findings: readonly Finding[] }) => {
    const [isAll, setAll] = useState(false);
    const isLong = findings.length > MOST + 1;
    return (
      <section class={`card findings ${level}`} aria-labelledby="findings">
        <h2 id="findings">{HEADLINES[level]}</h2>
        {findings.length === 0 && <p class="empty">Nothing stands out in this span.</p>}
        <ul>
          {(isLong && !isAll ? findings.slice(0, MOST) : findings).map((finding) => (
            <li key={finding.text}>
              <LevelMark level={finding.level} />
              <FindingText finding={finding} />
            </li>
          ))}
        </ul>
        {isLong && (
          <button type="button" class="quiet" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? 'Show fewer' : `Show ${findings.length - MOST} more`}
          </button>
        )}
      </section>
    );
  },
);

function FindingText({ finding: { text, see } }: { finding: Finding }) {
  if (see === undefined) return <span class="text">{text}</span>;
  // What it says holds for these services at this time, whatever else is picked.
  const placeOf = ({ to, rangeSeconds, services }: Asking) => ({
    asking: {
      ...DEFAULT_ASKING,
      rangeSeconds,
      services,
      ...(to !== undefined && { to }),
      ...see,
    },
  });
  return (
    <Link class="text" to={placeOf}>
      {text}
    </Link>
  );
}
