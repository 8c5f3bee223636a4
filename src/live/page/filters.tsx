import { useState } from 'preact/hooks';
import type { Answer, Asking, Filter } from '../protocol.js';
import { isSame } from './group-table.js';
import { Icon } from './icons.js';
import { memo } from './memo.js';
import { usePage } from './page-context.js';
import { Popover } from './popover.js';

interface Props {
  readonly asking: Asking;
  readonly attributes: Answer['attributes'];
}

/** What must hold for what is shown, one after the other, and a way to add to it. */
export const Filters = memo(({ asking, attributes }: Props) => {
  const page = usePage();
  const { filters } = asking;
  const drop = (filter: Filter) =>
    page.ask({ filters: filters.filter((one) => !isSame(one, filter)) });
  return (
    <fieldset class="filters">
      <legend class="sr-only">Filters</legend>
      {filters.map((filter) => (
        <button
          key={`${filter.key}=${filter.value}`}
          type="button"
          class="chip picked"
          aria-label={`Remove the filter ${filter.key} is ${filter.value}`}
          onClick={() => drop(filter)}
        >
          <span class="key">{filter.key}</span>
          <span class="value">{filter.value === '' ? '(empty)' : filter.value}</span>
          <Icon name="close" />
        </button>
      ))}
      <Popover
        name="Add a filter"
        label={
          <>
            <Icon name="plus" /> Filter
          </>
        }
      >
        {(close) => (
          <FilterForm
            attributes={attributes}
            add={(filter) => {
              close();
              if (!filters.some((one) => isSame(one, filter)))
                page.ask({ filters: [...filters, filter] });
            }}
          />
        )}
      </Popover>
      {filters.length > 1 && (
        <button type="button" class="quiet" onClick={() => page.ask({ filters: [] })}>
          Remove all
        </button>
      )}
    </fieldset>
  );
});

function FilterForm({
  attributes,
  add,
}: {
  attributes: Answer['attributes'];
  add: (filter: Filter) => void;
}) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const values = attributes.find((one) => one.key === key)?.values ?? [];
  return (
    <form
      class="filter-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key !== '') add({ key, value });
      }}
    >
      <label class="field">
        <span>Attribute</span>
        <input
          list="filter-keys"
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="http.route"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <datalist id="filter-keys">
        {attributes.map((one) => (
          <option key={one.key} value={one.key} />
        ))}
      </datalist>
      <label class="field">
        <span>is</span>
        <input
          list="filter-values"
          autocomplete="off"
          spellcheck={false}
          placeholder={values[0] ?? 'a value'}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <datalist id="filter-values">
        {values.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button type="submit" class="button strong">
        Add
      </button>
    </form>
  );
}

/** The attribute that things are told apart by. */
export const BreakDown = memo(({ asking: { by }, attributes }: Props) => {
  const page = usePage();
  const isKnown = by === undefined || attributes.some(({ key }) => key === by);
  return (
    <label class="field inline">
      <span>Break down by</span>
      <select
        value={by ?? ''}
        onChange={({ currentTarget: { value } }) =>
          page.ask({ by: value === '' ? undefined : value })
        }
      >
        <option value="">as it suits</option>
        {!isKnown && <option value={by}>{by}</option>}
        {attributes.map(({ key }) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
});
