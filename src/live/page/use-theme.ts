import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

const context = createContext(0);

export const ThemeCountProvider = context.Provider;

/** A number that is another one when colours have changed: what is drawn on a canvas is drawn again. */
export function useThemeCount(): number {
  return useContext(context);
}
