import { clock } from '../format.js';
import type { CardinalityRow, ExemplarRow, ExporterRow } from '../protocol.js';
import { type Column, DataTable } from './data-table.js';
import { Amount } from './group-table.js';
import { LevelMark } from './level.js';
import { InstrumentLink } from './link.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';
import { copy } from './take-away.js';

/** Of a table, before one asks for all of them. */
const MOST_ROWS = 8;

function count(value: number | undefined): string {
  return value === undefined ? '–' : value.toLocaleString('en');
}

/** How many series each instrument has, and what makes them more. */
export const Cardinality = memo(({ rows }: { rows: readonly CardinalityRow[] }) => {
  const columns: readonly Column<CardinalityRow>[] = [
    {
      id: 'instrument',
      title: 'Instrument',
      sortBy: ({ instrument }) => instrument,
      show: ({ instrument, isOverflowing }) => (
        <span class="row-name">
          <InstrumentLink name={instrument} />
          {isOverflowing && (
            <span class="badge problem" title="Further series are counted together in one">
              Overflow
            </span>
          )}
        </span>
      ),
    },
    {
      id: 'series',
      title: 'Series',
      isNumber: true,
      sortBy: ({ series }) => series,
      show: ({ series }) => count(series),
    },
    {
      id: 'attribute',
      title: 'Most values',
      sortBy: ({ values }) => values,
      show: ({ attribute, values }) =>
        attribute === undefined ? '–' : `${attribute}: ${count(values)}`,
    },
    {
      id: 'growth',
      title: 'New in the span',
      isNumber: true,
      sortBy: ({ growth }) => growth,
      show: ({ growth }) => (growth === undefined ? '–' : `+${count(growth)}`),
    },
    {
      id: 'services',
      title: 'Services',
      isExtra: true,
      show: ({ services }) => services.join(', '),
    },
  ];
  return (
    <section class="card" aria-labelledby="cardinality">
      <header>
        <h2 id="cardinality">Cardinality</h2>
      </header>
      <DataTable
        label="Cardinality"
        columns={columns}
        rows={rows}
        keyOf={({ instrument }) => instrument}
        most={MOST_ROWS}
      />
    </section>
  );
});

/** How each service delivers, as it tells itself. */
export const Exporters = memo(({ rows }: { rows: readonly ExporterRow[] }) => {
  const number = (
    id: 'attempts' | 'failed' | 'heldPoints' | 'droppedPoints' | 'droppedMeasurements',
    title: string,
    isExtra = false,
  ): Column<ExporterRow> => ({
    id,
    title,
    isNumber: true,
    isExtra,
    sortBy: (row) => row[id],
    show: (row) => count(row[id]),
  });
  const columns: readonly Column<ExporterRow>[] = [
    {
      id: 'service',
      title: 'Service',
      sortBy: ({ service }) => service,
      show: ({ service, level }) => (
        <span class="row-name">
          {service} <LevelMark level={level} />
        </span>
      ),
    },
    number('attempts', 'Exports'),
    number('failed', 'Failed'),
    number('heldPoints', 'Points held', true),
    number('droppedPoints', 'Points dropped'),
    number('droppedMeasurements', 'Measurements dropped', true),
  ];
  return (
    <section class="card" aria-labelledby="exporters">
      <header>
        <h2 id="exporters">Delivery</h2>
      </header>
      <DataTable label="Delivery" columns={columns} rows={rows} keyOf={({ service }) => service} />
    </section>
  );
});

/** Single measurements, each with the trace that it is from. */
export const Exemplars = memo(({ rows }: { rows: readonly ExemplarRow[] }) => {
  const page = usePage();
  const columns: readonly Column<ExemplarRow>[] = [
    {
      id: 'trace',
      title: 'Trace',
      show: ({ traceId, url }) => (
        <span class="row-name">
          {url === undefined || !/^https?:\/\//.test(url) ? (
            <code>{traceId}</code>
          ) : (
            <a href={url} target="_blank" rel="noopener noreferrer">
              <code>{traceId}</code>
            </a>
          )}
          <button
            type="button"
            class="quiet"
            aria-label={`Copy trace id ${traceId}`}
            onClick={async () => {
              const isCopied = await copy(traceId);
              page.say(isCopied ? 'Trace id copied' : 'The browser did not let it be copied');
            }}
          >
            Copy
          </button>
        </span>
      ),
    },
    {
      id: 'value',
      title: 'Value',
      isNumber: true,
      sortBy: ({ value }) => value,
      show: ({ value, unit }) => <Amount value={value} unit={unit} />,
    },
    {
      id: 'instrument',
      title: 'Instrument',
      sortBy: ({ instrument }) => instrument,
      show: ({ instrument }) => <InstrumentLink name={instrument} />,
    },
    {
      id: 'at',
      title: 'At',
      isNumber: true,
      sortBy: ({ at }) => at,
      show: ({ at }) => clock(at),
    },
    {
      id: 'attributes',
      title: 'Attributes',
      isExtra: true,
      show: ({ attributes }) =>
        Object.entries(attributes)
          .map(([key, value]) => `${key}=${value}`)
          .join('  '),
    },
  ];
  return (
    <section class="card" aria-labelledby="exemplars">
      <header>
        <h2 id="exemplars">Exemplars</h2>
      </header>
      <DataTable
        label="Exemplars"
        columns={columns}
        rows={rows}
        keyOf={({ traceId, spanId, instrument, at }) => `${traceId} ${spanId} ${instrument} ${at}`}
      />
    </section>
  );
});
