import { describe, expect, it } from 'vitest';
import { DEFAULT_ASKING } from '../../../src/live/asking.js';
import { format } from '../../../src/live/format.js';
import { csvOf, tableOf } from '../../../src/live/page/csv.js';
import { Store } from '../../../src/live/store/index.js';
import { answer } from '../../../src/live/views/index.js';
import { BEGIN, histogramPoint, numberPoint } from '../store/support/points.js';

/** What is something else in JavaScript, PromQL, SQL, a template, a spreadsheet or a page. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'By/valueOf',
  'constructor/s',
  '',
  ' ',
  '=1+1',
  '"}) or vector(1) #',
  "'; DROP TABLE x; --",
  '{{ .Value }} $x [[y]]',
  '</script><img src=x onerror=alert(1)>',
  '\u0000\u001b[2J\u2028\ud800',
  'x'.repeat(4_096),
];

/** Everything that a sender can name has the same hostile name. */
function storeOf(name: string): Store {
  const store = new Store({
    maxSeconds: 3_600,
    maxBytes: 64 * 1024 * 1024,
    now: () => BEGIN + 2e4,
  });
  const attributes = Object.fromEntries([[name, name]]);
  const common = { description: name, unit: name };
  const at = { start: 0, time: 10_000, attributes };
  store.add(
    [
      {
        resource: { ...attributes, 'service.name': name },
        schemaUrl: name,
        scopes: [
          {
            scope: { name, version: name, attributes },
            schemaUrl: name,
            metrics: [
              {
                ...common,
                name: `h${name}`,
                kind: 'histogram',
                temporality: 'delta',
                points: [histogramPoint(at, [1, 2], [1, 2, 3])],
              },
              {
                ...common,
                name: `c${name}`,
                kind: 'sum',
                temporality: 'delta',
                monotonic: true,
                points: [numberPoint(at, 5)],
              },
              { ...common, name, kind: 'gauge', points: [numberPoint(at, 5)] },
            ],
          },
        ],
      },
    ],
    BEGIN + 10_000,
  );
  return store;
}

describe('what a sender names', () => {
  it.each(HOSTILE)('%j is answered about like anything else', (name) => {
    const store = storeOf(name);
    const context = { manifests: [], receiverUrl: 'http://127.0.0.1:4318' };
    const views = answer(store, DEFAULT_ASKING, context).views.map(({ view }) => view);
    for (const view of [...views, 'instrument', 'none']) {
      for (const instrument of [`h${name}`, `c${name}`, name]) {
        const asking = { ...DEFAULT_ASKING, view, instrument, by: name };
        const sent = JSON.stringify(answer(store, asking, context));
        const { shown, times } = JSON.parse(sent) as ReturnType<typeof answer>;
        if (shown.kind === 'catalogue') {
          expect(shown.instruments.map((it) => it.name)).toContain(instrument);
          continue;
        }
        for (const panel of shown.rows.flatMap(({ panels }) => panels)) {
          expect(csvOf(tableOf(panel, times))).not.toMatch(/(^|,)=/m);
          if ('unit' in panel) expect(format(1, panel.unit)).toContain('1');
        }
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
