import { readAsking, writeAsking } from '../asking.js';
import type { Asking } from '../protocol.js';

/** Where somebody is on the page: all that is in the address. */
export interface Place {
  readonly asking: Asking;
  /** The panel that is shown large. */
  readonly panel?: string | undefined;
}

const MOST_CHARACTERS = 400;

/** Reads the part of an address after the `?`. */
export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  const panel = query.get('panel');
  const asking = readAsking(query);
  return panel === null || panel === '' || panel.length > MOST_CHARACTERS
    ? { asking }
    : { asking, panel };
}

/** The address that {@link readPlace} reads back, from the `/` on. */
export function writePlace({ asking, panel }: Place): string {
  const query = writeAsking(asking);
  if (panel !== undefined) query.set('panel', panel);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** Another view keeps the time, the services and the filters; what is about one instrument ends. */
export function atView(asking: Asking, view: string, instrument?: string): Asking {
  const { instrument: _, by: __, ...kept } = asking;
  return instrument === undefined ? { ...kept, view } : { ...kept, view, instrument };
}
