import { plural } from '../format.js';
import type { InstrumentView } from '../protocol.js';
import { BoardRows } from './board.js';
import { typeName } from './catalogue.js';
import { Cardinality, Exemplars } from './delivery.js';
import { EmptyState } from './empty-state.js';
import type { Frame } from './line-chart.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';

interface Props {
  readonly view: InstrumentView;
  readonly by: string | undefined;
  readonly frame: Frame;
}

/** One instrument in full: what it is, its graphs, its attributes to break it down by. */
export function InstrumentPage({ view, by, frame }: Props) {
  return (
    <>
      <InstrumentHead view={view} by={by} />
      {view.empty !== undefined && <EmptyState text={view.empty} />}
      <BoardRows rows={view.rows} frame={frame} />
      {view.cardinality !== undefined && <Cardinality rows={[view.cardinality]} />}
      {view.exemplars.length > 0 && <Exemplars rows={view.exemplars} />}
    </>
  );
}

const InstrumentHead = memo(({ view, by }: Omit<Props, 'frame'>) => {
  const page = usePage();
  const facts = [
    ['Type', typeName(view.type)],
    ['Unit', view.unit],
    ['Scope', view.scope],
    ['Series', view.series.toLocaleString('en')],
    ['Sent by', view.services.join(', ')],
  ] as const;
  return (
    <header class="view-head">
      <h2>{view.name}</h2>
      {view.description !== '' && <p>{view.description}</p>}
      {view.note !== undefined && <p class="note">{view.note}</p>}
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {view.attributes.length > 0 && (
        <fieldset class="chips">
          <legend>Break down by</legend>
          {view.attributes.map(({ key, values }) => (
            <button
              key={key}
              type="button"
              class="chip"
              aria-pressed={by === key}
              onClick={() => page.ask({ by: by === key ? undefined : key })}
            >
              {key}
              <span class="hint">{plural(values, 'value')}</span>
            </button>
          ))}
        </fieldset>
      )}
    </header>
  );
});
