import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Asking } from '../protocol.js';
import type { Place } from './address.js';

/** What can be done from anywhere on the page. Stays the same object as long as the page is open. */
export interface Page {
  /** Where one is now. */
  place(): Place;
  /** The end of what is shown, by the server's clock: the browser's may be another. */
  now(): number;
  /** Goes elsewhere, by the address: back comes back. */
  go(place: Place): void;
  /** The same, but the address takes the place of the one before: back passes it over. */
  replace(place: Place): void;
  /** Asks for the same with something changed. */
  ask(change: Partial<Asking>): void;
  /** Tells something in passing, to the eye and to the ear. */
  say(text: string): void;
}

const context = createContext<Page | undefined>(undefined);

export const PageProvider = context.Provider;

const placeContext = createContext<Place | undefined>(undefined);

export const PlaceProvider = placeContext.Provider;

/** Where one is: who asks is drawn again when that is elsewhere. */
export function usePlace(): Place {
  const place = useContext(placeContext);
  if (place === undefined) throw new Error('there is no place around this');
  return place;
}

export function usePage(): Page {
  const page = useContext(context);
  if (page === undefined) throw new Error('there is no page around this');
  return page;
}
