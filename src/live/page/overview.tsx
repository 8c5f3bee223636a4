import { shown } from '../format.js';
import type { Filter, Overview } from '../protocol.js';
import { BoardRows } from './board.js';
import { Cardinality, Exemplars, Exporters } from './delivery.js';
import { EmptyState } from './empty-state.js';
import { Findings } from './findings.js';
import { GroupTableView } from './group-table.js';
import type { Frame } from './line-chart.js';
import { memo } from './memo.js';
import { SloList } from './slo-list.js';
import { Sparkline } from './sparkline.js';

interface Props {
  readonly overview: Overview;
  readonly frame: Frame;
  readonly filters: readonly Filter[];
}

/** Is it healthy, and what is slow. */
export function OverviewView({ overview, frame, filters }: Props) {
  if (overview.empty !== undefined) return <EmptyState text={overview.empty} />;
  return (
    <>
      <div class="top">
        <Findings level={overview.level} findings={overview.findings} />
        <Numbers numbers={overview.numbers} />
      </div>
      {overview.tables.map((table) => (
        <GroupTableView key={table.id} table={table} filters={filters} />
      ))}
      <SloList slos={overview.slos} none={overview.noSlos} />
      <BoardRows rows={overview.rows} frame={frame} />
      {overview.cardinality.length > 0 && <Cardinality rows={overview.cardinality} />}
      {overview.exporters.length > 0 && <Exporters rows={overview.exporters} />}
      {overview.exemplars.length > 0 && <Exemplars rows={overview.exemplars} />}
    </>
  );
}

const Numbers = memo(({ numbers }: { numbers: Overview['numbers'] }) => (
  <section class="big-numbers" aria-label="Figures">
    <dl>
      {numbers.map(({ title, value, unit, trend }) => {
        const { text, unit: name } = shown(value, unit);
        return (
          <div class="card" key={title}>
            <dt>{title}</dt>
            <dd>
              <span class="value">{text}</span>
              {name !== '' && <span class="unit"> {name}</span>}
            </dd>
            <Sparkline values={trend} width={160} height={32} />
          </div>
        );
      })}
    </dl>
  </section>
));
