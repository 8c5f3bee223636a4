import { format, percent } from '../format.js';
import type { SloState } from '../protocol.js';
import { Bar } from './group-table.js';
import { LevelMark } from './level.js';
import { InstrumentLink } from './link.js';
import { memo } from './memo.js';

/** Objectives, with what is left of their budgets as a bar and in words. */
export const SloList = memo(
  ({ slos, none }: { slos: readonly SloState[]; none: string | undefined }) => (
    <section class="card" aria-labelledby="slos">
      <header>
        <h2 id="slos">Objectives</h2>
      </header>
      {slos.length === 0 ? (
        <p class="empty">{none ?? 'No objective is known.'}</p>
      ) : (
        <ul class="slos">
          {slos.map((slo) => (
            <SloItem key={`${slo.scope} ${slo.name}`} slo={slo} />
          ))}
        </ul>
      )}
    </section>
  ),
);

const SloItem = memo(({ slo }: { slo: SloState }) => {
  const { budgetLeft, burnRates, level } = slo;
  return (
    <li class={`slo ${level}`}>
      <div class="slo-head">
        <h3>
          <InstrumentLink name={slo.instrument}>{slo.name}</InstrumentLink>
        </h3>
        <LevelMark level={level} word={slo.verdict} />
      </div>
      <p class="goal" title={slo.description}>
        {percent(slo.objective)} within {format(slo.threshold, slo.unit)}, over{' '}
        {slo.window.replace(/[a-z]/g, ' $&')}
      </p>
      {budgetLeft !== undefined && (
        <div class="budget">
          <Bar share={budgetLeft} level={level} />
          <span>{budgetInWords(budgetLeft)}</span>
        </div>
      )}
      {burnRates.length > 0 && (
        <dl class="burn-rates">
          {burnRates.map(({ seconds, rate }) => (
            <div key={seconds}>
              <dt>{format(seconds, 's')}</dt>
              <dd class={rate > 1 ? 'poor' : ''}>burns {format(rate, 'short')} ×</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
});

export function budgetInWords(left: number): string {
  return left < 0 ? `budget overdrawn by ${percent(-left)}` : `${percent(left)} of the budget left`;
}
