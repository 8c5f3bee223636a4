import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { writeAsking } from '../asking.js';
import type { Answer } from '../protocol.js';
import { atView, type Place } from './address.js';
import { ask } from './connection.js';
import { Dialog } from './dialog.js';
import { stepOf } from './keyboard.js';
import { usePage } from './page-context.js';

interface Hit {
  readonly what: string;
  readonly label: string;
  readonly hint: string;
  readonly place: Place;
}

const MOST_HITS = 12;

/** Finds views, instruments, services and attribute values by words, and goes there. */
export function Search({ answer, onClose }: { answer: Answer; onClose: () => void }) {
  const page = usePage();
  const [text, setText] = useState('');
  const [picked, setPicked] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const instruments = useInstruments();
  // A dialog gives the focus to its first button.
  useEffect(() => field.current?.focus(), []);
  const hits = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const { views, services, values } = hitsIn(answer, page.place());
    const all = [...views, ...instruments, ...services, ...values];
    return all
      .filter(({ what, label, hint }) => {
        const known = `${what} ${label} ${hint}`.toLowerCase();
        return words.every((word) => known.includes(word));
      })
      .slice(0, MOST_HITS);
  }, [text, instruments, answer, page]);

  function go(hit: Hit | undefined): void {
    if (hit === undefined) return;
    onClose();
    page.go(hit.place);
  }

  function onKey(event: KeyboardEvent): void {
    const step = stepOf(event);
    if (event.key === 'Enter') go(hits[picked]);
    else if (step !== undefined && hits.length > 0) {
      event.preventDefault();
      setPicked((picked + step + hits.length) % hits.length);
    }
  }

  return (
    <Dialog title="Search" className="search" onClose={onClose}>
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Search views, instruments, services and values"
        aria-expanded="true"
        aria-controls="hits"
        aria-activedescendant={hits.length === 0 ? undefined : `hit-${picked}`}
        placeholder="A view, an instrument, a service, a value"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setPicked(0);
        }}
        onKeyDown={onKey}
      />
      <div role="listbox" id="hits" aria-label="Found">
        {hits.map((hit, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={`${hit.what} ${hit.label} ${hit.hint}`}
            role="option"
            id={`hit-${i}`}
            aria-selected={i === picked}
            onClick={() => go(hit)}
          >
            <span class="what">{hit.what}</span>
            <span class="label">{hit.label}</span>
            <span class="hint">{hit.hint}</span>
          </div>
        ))}
      </div>
      {hits.length === 0 && <p class="empty">Nothing has all of these words in it.</p>}
    </Dialog>
  );
}

function hitsIn(answer: Answer, { asking }: Place) {
  const views = answer.views.map(({ view, title }) => ({
    what: 'View',
    label: title,
    hint: '',
    place: { asking: atView(asking, view) },
  }));
  const services = answer.services.map(({ name, language }) => ({
    what: 'Service',
    label: name,
    hint: language ?? '',
    place: { asking: { ...asking, services: [name] } },
  }));
  const values = answer.attributes.flatMap(({ key, values }) =>
    values.map((value) => ({
      what: 'Filter',
      label: value,
      hint: key,
      place: { asking: { ...asking, filters: [...asking.filters, { key, value }] } },
    })),
  );
  return { views, services, values };
}

/** Every instrument, asked for when the search opens. */
function useInstruments(): readonly Hit[] {
  const page = usePage();
  const [hits, setHits] = useState<readonly Hit[]>([]);
  useEffect(() => {
    const { asking } = page.place();
    void ask(writeAsking(atView(asking, 'catalogue')).toString()).then((answer) => {
      if (typeof answer === 'string' || answer.shown.kind !== 'catalogue') return;
      setHits(
        answer.shown.instruments.map(({ name, description }) => ({
          what: 'Instrument',
          label: name,
          hint: description,
          place: { asking: atView(asking, 'instrument', name) },
        })),
      );
    });
  }, [page]);
  return hits;
}
