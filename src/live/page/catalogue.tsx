import { useMemo, useRef } from 'preact/hooks';
import { ago } from '../format.js';
import type { Catalogue } from '../protocol.js';
import { MOST_CHARACTERS } from './address.js';
import { type Column, DataTable } from './data-table.js';
import { EmptyState } from './empty-state.js';
import { InstrumentLink } from './link.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';
import { Sparkline } from './sparkline.js';

type Row = Catalogue['instruments'][number];

interface Props {
  readonly catalogue: Catalogue;
  readonly at: number;
  /** What it is narrowed down to: of the address, so that a link and back lead to the same rows. */
  readonly text: string;
}

/** Every instrument seen, narrowed down by words; a click shows its graphs. */
export const CatalogueView = memo(({ catalogue, at, text }: Props) => {
  const page = usePage();
  // What was typed since the field was entered: that is one step back, not one for each letter.
  const typed = useRef<string | undefined>(undefined);
  const rows = useMemo(() => matching(catalogue.instruments, text), [catalogue, text]);
  const narrow = (to: string): void => {
    const place = page.place();
    const next = { ...place, text: to === '' ? undefined : to };
    if (typed.current === (place.text ?? '')) page.replace(next);
    else page.go(next);
    typed.current = to;
  };
  if (catalogue.empty !== undefined) return <EmptyState text={catalogue.empty} />;
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      title: 'Instrument',
      sortBy: ({ name }) => name,
      show: ({ name, description }) => (
        <span class="instrument-name">
          <InstrumentLink name={name} />
          <span class="description">{description}</span>
        </span>
      ),
    },
    { id: 'type', title: 'Type', sortBy: ({ type }) => type, show: ({ type }) => typeName(type) },
    { id: 'unit', title: 'Unit', isExtra: true, show: ({ unit }) => unit },
    {
      id: 'series',
      title: 'Series',
      isNumber: true,
      sortBy: ({ series }) => series,
      show: ({ series }) => series.toLocaleString('en'),
    },
    {
      id: 'attributes',
      title: 'Attributes',
      isExtra: true,
      show: ({ attributes }) => attributes.join(', '),
    },
    { id: 'temporality', title: 'Sent', isExtra: true, show: ({ temporality }) => temporality },
    {
      id: 'services',
      title: 'Services',
      isExtra: true,
      sortBy: ({ services }) => services.join(),
      show: ({ services }) => services.join(', '),
    },
    { id: 'trend', title: 'Over time', show: ({ trend }) => <Sparkline values={trend} /> },
    {
      id: 'seen',
      title: 'Seen',
      isExtra: true,
      isNumber: true,
      sortBy: ({ lastSeen }) => lastSeen,
      show: ({ lastSeen }) => ago(lastSeen, at),
    },
  ];
  return (
    <section class="card" aria-labelledby="catalogue">
      <header>
        <h2 id="catalogue">Catalogue</h2>
        <label class="field">
          <span>Narrow down</span>
          <input
            type="search"
            value={text}
            maxLength={MOST_CHARACTERS}
            placeholder="name, unit, attribute, scope"
            onFocus={() => {
              typed.current = undefined;
            }}
            onInput={(event) => narrow(event.currentTarget.value)}
          />
        </label>
        <p class="note" role="status">
          {rows.length} of {catalogue.instruments.length}
        </p>
      </header>
      {rows.length === 0 ? (
        <p class="empty">No instrument has that in its name, unit, attributes or description.</p>
      ) : (
        <DataTable
          label="Catalogue"
          columns={columns}
          rows={rows}
          keyOf={({ name, scope }) => `${scope} ${name}`}
        />
      )}
    </section>
  );
});

/** All the words must be somewhere in what is known of an instrument. */
function matching(rows: readonly Row[], text: string): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const { name, unit, type, description, scope, services, attributes } = row;
    const all = [name, unit, type, description, scope, ...services, ...attributes];
    const known = all.join(' ').toLowerCase();
    return words.every((word) => known.includes(word));
  });
}

export function typeName(type: string): string {
  return type === 'upDownCounter' ? 'up-down counter' : type;
}
