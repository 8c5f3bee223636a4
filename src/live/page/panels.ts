import type { Answer, PanelData } from '../protocol.js';

/** The panel of that id, where there is one in what is shown. */
export function panelIn(shown: Answer['shown'], id: string): PanelData | undefined {
  if (shown.kind === 'catalogue') return undefined;
  return shown.rows.flatMap(({ panels }) => panels).find((panel) => panel.id === id);
}
