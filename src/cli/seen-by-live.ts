import { prometheusLabel } from '../artefacts/index.js';
import { failed } from './failure.js';
import type { LiveApi } from './live-api.js';
import type { Seen } from './unused.js';

/**
 * What a live view has received: its catalogue has the attributes of each instrument, by scope and name. It
 * lists the values of an attribute for all instruments together, so that a value counts as seen if any of them
 * has it.
 *
 * @param since what was last seen before counts for nothing; `undefined` for all that it keeps
 */
export async function seenByLive(api: LiveApi, since: Date | undefined): Promise<Seen> {
  const answer = await api.answer({
    view: 'catalogue',
    rangeSeconds: 300,
    services: [],
    filters: [],
  });
  const { shown, attributes } = answer;
  if (shown.kind !== 'catalogue') {
    throw failed(
      `The live view at ${api.place} answers with something else than its catalogue.`,
      'Use the same version of meterbook for both.',
      'INVALID',
    );
  }
  const values = new Map(attributes.map((it) => [it.key, new Set(it.values)]));
  const start = since?.getTime() ?? 0;
  return {
    labels: async (scope, { name }) => {
      const found = shown.instruments.filter(
        (it) => it.scope === scope && it.name === name && it.lastSeen >= start,
      );
      if (found.length === 0) return undefined;
      const keys = new Set(found.flatMap((it) => it.attributes));
      return new Map([...keys].map((key) => [prometheusLabel(key), values.get(key) ?? new Set()]));
    },
  };
}
