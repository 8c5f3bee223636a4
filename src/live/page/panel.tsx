import { useRef, useState } from 'preact/hooks';
import { clock, format, shown } from '../format.js';
import type { Asking, PanelData, TablePanel } from '../protocol.js';
import { atView, type Place, writePlace } from './address.js';
import { tableOf } from './csv.js';
import { type Column, DataTable } from './data-table.js';
import { Heatmap } from './heatmap.js';
import { Icon } from './icons.js';
import { Legend } from './legend.js';
import { type Frame, LineChart } from './line-chart.js';
import { InstrumentLink } from './link.js';
import { memo } from './memo.js';
import { type Page, usePage } from './page-context.js';
import { Menu, type MenuItem, Popover } from './popover.js';
import { copy, downloadCsv, downloadPng } from './take-away.js';

interface Props {
  readonly panel: PanelData;
  readonly frame: Frame;
  readonly isLarge?: boolean;
}

const HEIGHT = 180;
const LARGE_HEIGHT = 420;

/** A panel of a board: its title, what it shows, and what can be done with it. */
export const Panel = memo(({ panel, frame, isLarge = false }: Props) => {
  const place = useRef<HTMLElement>(null);
  const [isTable, setTable] = useState(false);
  const page = usePage();
  const id = `panel-${panel.id}`;
  const items = itemsFor(panel, frame, page, () => place.current as HTMLElement);
  const canBeTable = panel.kind !== 'table' && panel.kind !== 'number';
  if (canBeTable) {
    items.push({
      label: isTable ? 'Show as chart' : 'Show as table',
      run: () => setTable(!isTable),
    });
  }
  const wide = panel.kind === 'table' || panel.kind === 'heatmap' ? ' wide' : '';
  return (
    <section
      class={`panel ${panel.kind}${wide}${isLarge ? ' large' : ''}`}
      aria-labelledby={id}
      ref={place}
    >
      <header>
        <h3
          id={id}
          // A dialog has the title already.
          class={isLarge ? 'sr-only' : ''}
          title={[panel.instrument, panel.description].filter(Boolean).join('\n')}
        >
          {panel.title}
        </h3>
        {panel.axis !== undefined && <span class="axis">{panel.axis}</span>}
        <Popover
          className="icon-button"
          label={<Icon name="dots" />}
          name={`What to do with ${panel.title}`}
          align="end"
        >
          {(close) => <Menu items={items} close={close} />}
        </Popover>
      </header>
      {isLarge && (
        <p class="description">
          {panel.instrument !== undefined && <InstrumentLink name={panel.instrument} />}{' '}
          {panel.description}
        </p>
      )}
      <PanelBody panel={panel} frame={frame} isLarge={isLarge} isTable={isTable} />
    </section>
  );
});

function PanelBody(props: Props & { readonly isTable: boolean }) {
  const { panel, frame, isLarge = false, isTable } = props;
  const [index, setIndex] = useState<number | undefined>(undefined);
  const height = isLarge ? LARGE_HEIGHT : HEIGHT;
  if (panel.empty !== undefined) return <p class="empty">{panel.empty}</p>;
  if (isTable) return <PlainPanel panel={panel} frame={frame} />;
  if (panel.kind === 'table') return <TableBody panel={panel} />;
  if (panel.kind === 'heatmap') return <Heatmap panel={panel} frame={frame} height={height} />;
  if (panel.kind === 'number') {
    return (
      <dl class="numbers">
        {panel.values.map(({ name, value }) => {
          const { text, unit } = shown(value, panel.unit);
          return (
            <div key={name}>
              <dt class={name === panel.title ? 'sr-only' : ''}>{name}</dt>
              <dd>
                {text}
                {unit !== '' && <span class="unit"> {unit}</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    );
  }
  return (
    <>
      <LineChart panel={panel} frame={frame} height={height} onPointer={setIndex} />
      <Legend panel={panel} index={index} isLarge={isLarge} />
    </>
  );
}

type Cell = string | number | null;

function TableBody({ panel }: { panel: TablePanel }) {
  const columns = panel.columns.map(
    ({ name, unit }, i): Column<readonly Cell[]> => ({
      id: `${i}`,
      title: name,
      isNumber: panel.rows.some((row) => typeof row[i] === 'number'),
      sortBy: (row) => row[i],
      show: (row) => cellText(row[i], unit),
    }),
  );
  return (
    <>
      <DataTable label={panel.title} columns={columns} rows={panel.rows} keyOf={keyOfCells} />
      {panel.more > 0 && <p class="note">{panel.more} more rows are left out.</p>}
    </>
  );
}

/** A chart as the table that it is drawn from, the latest first. */
function PlainPanel({ panel, frame }: Props) {
  const { columns, rows } = tableOf(panel, frame.times);
  const latestFirst = [...rows].reverse();
  return (
    <DataTable
      label={`${panel.title}, as a table`}
      rows={latestFirst}
      keyOf={keyOfCells}
      columns={columns.map(
        ({ name, unit }, i): Column<readonly Cell[]> => ({
          id: `${i}`,
          title: name,
          isNumber: i > 0,
          show: (row) => (i === 0 ? clock(Date.parse(String(row[0]))) : cellText(row[i], unit)),
        }),
      )}
    />
  );
}

function keyOfCells(row: readonly Cell[], index: number): string {
  return typeof row[0] === 'string' ? `${row[0]} ${index}` : `${index}`;
}

function cellText(value: Cell | undefined, unit: string): string {
  return typeof value === 'string' ? value : format(value, unit);
}

function itemsFor(
  panel: PanelData,
  { times }: Frame,
  page: Page,
  placeOf: () => HTMLElement,
): MenuItem[] {
  const tell = async (what: string, text: string) =>
    page.say((await copy(text)) ? `${what} copied` : 'The browser did not let the text be copied');
  const { promql, sql } = panel.queries;
  const { asking } = page.place();
  const large = (from: Asking): Place => ({ asking: from, panel: panel.id });
  const { instrument } = panel;
  const hasCanvas = panel.kind !== 'table' && panel.kind !== 'number';
  return [
    { label: 'Enlarge', to: large },
    ...(promql.length === 0
      ? []
      : [{ label: 'Copy PromQL', run: () => void tell('PromQL', promql.join('\n')) }]),
    ...(sql.length === 0
      ? []
      : [{ label: 'Copy SQL', run: () => void tell('SQL', sql.join('\n\n')) }]),
    { label: 'Export CSV', run: () => downloadCsv(panel, times) },
    ...(hasCanvas ? [{ label: 'Export PNG', run: () => void downloadPng(panel, placeOf()) }] : []),
    {
      label: 'Copy link',
      run: () =>
        void tell('Link', new URL(writePlace(large(page.place().asking)), location.href).href),
    },
    ...(instrument === undefined || asking.instrument === instrument
      ? []
      : [
          {
            label: 'Open its instrument',
            hint: instrument,
            to: (from: Asking) => ({ asking: atView(from, 'instrument', instrument) }),
          },
        ]),
  ];
}
