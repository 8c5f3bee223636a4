import { readAsking, writeAsking } from '../asking.js';
import type { Asking } from '../protocol.js';

/** Where somebody is on the page: all that is in the address. */
export interface Place {
  readonly asking: Asking;
  /** The panel that is shown large. */
  readonly panel?: string | undefined;
  /** What the catalogue is narrowed down to. */
  readonly text?: string | undefined;
}

/** Most characters of the panel, and of the text. */
export const MOST_CHARACTERS = 400;

/** Reads the part of an address after the `?`. */
export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  const panel = wordsOf(query.get('panel'));
  const text = wordsOf(query.get('text'));
  return {
    asking: readAsking(query),
    ...(panel !== undefined && { panel }),
    ...(text !== undefined && { text }),
  };
}

function wordsOf(text: string | null): string | undefined {
  return text === null || text === '' || text.length > MOST_CHARACTERS ? undefined : text;
}

/** The address that {@link readPlace} reads back, from the `/` on. */
export function writePlace({ asking, panel, text }: Place): string {
  const query = writeAsking(asking);
  if (panel !== undefined) query.set('panel', panel);
  if (text !== undefined && text !== '') query.set('text', text);
  const written = query.toString();
  return written === '' ? '/' : `/?${written}`;
}

/** Another view keeps the time, the services and the filters; what is about one instrument ends. */
export function atView(asking: Asking, view: string, instrument?: string): Asking {
  const { instrument: _, by: __, ...kept } = asking;
  return instrument === undefined ? { ...kept, view } : { ...kept, view, instrument };
}
