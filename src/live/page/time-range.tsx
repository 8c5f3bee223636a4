import { clock, span } from '../format.js';
import type { Answer, Asking } from '../protocol.js';
import { Icon } from './icons.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';
import { Popover } from './popover.js';

const RANGES = [
  { label: '1m', seconds: 60 },
  { label: '5m', seconds: 300 },
  { label: '15m', seconds: 900 },
  { label: '1h', seconds: 3_600 },
  { label: '6h', seconds: 21_600 },
] as const;

interface Props {
  readonly asking: Asking;
  /** What is kept, seconds: the longest span. */
  readonly maxSeconds: number;
}

/** How long the span is, and where it ends. */
export const TimeRange = memo(({ asking, maxSeconds }: Props) => {
  const page = usePage();
  const { rangeSeconds, to } = asking;
  const ranges = RANGES.filter(({ seconds }) => seconds < maxSeconds);
  const isAll = rangeSeconds >= maxSeconds;
  const isOther = !isAll && !ranges.some(({ seconds }) => seconds === rangeSeconds);
  return (
    <fieldset class="range">
      <legend class="sr-only">Time range</legend>
      <div class="segments">
        {ranges.map(({ label, seconds }) => (
          <button
            key={label}
            type="button"
            aria-pressed={seconds === rangeSeconds && !isAll}
            title={`The last ${span(seconds)}`}
            onClick={() => page.ask({ rangeSeconds: seconds })}
          >
            {label}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={isAll}
          title="All that is kept"
          onClick={() => page.ask({ rangeSeconds: maxSeconds })}
        >
          all
        </button>
        {isOther && (
          <button type="button" aria-pressed="true" title={`A span of ${span(rangeSeconds)}`}>
            {span(rangeSeconds)}
          </button>
        )}
      </div>
      <Popover
        label={to === undefined ? 'until now' : `until ${clock(to)}`}
        name={`${to === undefined ? 'until now' : `until ${clock(to)}`}: end of the span`}
        align="end"
      >
        {(close) => <EndPicker asking={asking} close={close} />}
      </Popover>
    </fieldset>
  );
});

function EndPicker({ asking, close }: { asking: Asking; close: () => void }) {
  const page = usePage();
  const end = asking.to ?? page.now();
  const step = asking.rangeSeconds * 500;
  return (
    <div class="end-picker">
      <label class="field">
        <span>End of the span</span>
        <input
          type="datetime-local"
          step="1"
          value={localTime(end)}
          onChange={(event) => {
            const at = new Date(event.currentTarget.value).getTime();
            if (Number.isFinite(at)) page.ask({ to: at });
          }}
        />
      </label>
      <div class="buttons">
        <button type="button" class="button" onClick={() => page.ask({ to: end - step })}>
          <Icon name="back" /> Earlier
        </button>
        <button
          type="button"
          class="button"
          disabled={asking.to === undefined}
          onClick={() => page.ask({ to: end + step })}
        >
          Later <Icon name="forth" />
        </button>
        <button
          type="button"
          class="button"
          disabled={asking.to === undefined}
          onClick={() => {
            close();
            page.ask({ to: undefined });
          }}
        >
          Now
        </button>
      </div>
    </div>
  );
}

/** As the field has it: local, and without a zone. */
function localTime(millis: number): string {
  const date = new Date(millis - new Date(millis).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}

/** `14:03:05 to 14:08:05` */
export function spanInWords({ from, to }: Pick<Answer, 'from' | 'to'>): string {
  return `${clock(from)} to ${clock(to)}`;
}
