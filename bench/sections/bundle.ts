import { bundledBytes, coreNames } from '../../scripts/support/bundle.mjs';
import { measurement, type Row, type Section } from '../report/measurement.js';

/** What the package adds to a bundle. */
export async function bundleSection(entry: string): Promise<Section> {
  const core = await bundledBytes(entry, `{ ${await coreNames(entry)} }`);
  const all = await bundledBytes(entry, '*');
  const row = (name: string, bytes: number, budgets: Row['budgets']): Row => ({
    name,
    values: { meterbook: measurement([bytes]) },
    budgets,
  });
  return {
    id: 'bundle',
    title: 'Bundle',
    note: 'Bundled, minified and gzipped, OpenTelemetry left out.',
    unit: 'bytes',
    columns: ['meterbook'],
    rows: [
      row('declare and record, without setup', core.gzipped, [{ atMost: 16_384 }]),
      row('all of meterbook', all.gzipped, []),
    ],
  };
}
