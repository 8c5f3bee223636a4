import type { ManifestInstrument } from '../../declare/index.js';
import { checkInstrument } from '../check-arguments.js';
import { isCounter, isHistogram } from '../instruments.js';
import {
  amountRatePanel,
  heatmapPanel,
  levelPanel,
  meanPanel,
  type Narrowed,
  quantilePanel,
  quantilesPanel,
  ratePanel,
} from './panels.js';
import type { Panel, Plan } from './plan.js';

/** Everything that one instrument can be asked: as a whole, and by each of its attributes. */
export function instrumentPlan(instrument: ManifestInstrument): Plan {
  checkInstrument(instrument, 'instrumentPlan()', ['name', 'kind', 'unit', 'attributes']);
  const { name, description, attributes } = instrument;
  return {
    purpose: 'instrument',
    title: name,
    description,
    variables: [],
    rows: [
      { title: 'As a whole', panels: wholePanels(instrument) },
      ...attributes.map(({ key }) => ({
        title: `By ${key}`,
        panels: panelsBy(instrument, { by: [key] }),
      })),
    ],
  };
}

function wholePanels(it: ManifestInstrument): readonly Panel[] {
  if (!isHistogram(it)) return panelsBy(it, {});
  const distribution = hasBuckets(it)
    ? [quantilesPanel('Percentiles', it), heatmapPanel('Distribution', it)]
    : [meanPanel('Mean', it)];
  return [
    ...distribution,
    ratePanel('How many', it),
    ...(isAmount(it) ? [amountRatePanel('How much', it)] : []),
  ];
}

function panelsBy(it: ManifestInstrument, narrowed: Narrowed): readonly Panel[] {
  if (isHistogram(it)) {
    const size = hasBuckets(it)
      ? quantilePanel('P95', it, 0.95, narrowed)
      : meanPanel('Mean', it, narrowed);
    return [ratePanel('How many', it, narrowed), size];
  }
  return [isCounter(it) ? ratePanel('How many', it, narrowed) : levelPanel('Level', it, narrowed)];
}

/** One that is not declared but received may have none: it counts and adds up, and no more. */
function hasBuckets({ boundaries }: ManifestInstrument): boolean {
  return boundaries === undefined || boundaries.length > 0;
}

/** Tokens, money and bytes add up to something; of durations it is how often that counts. */
function isAmount({ unit }: ManifestInstrument): boolean {
  return unit.startsWith('{') || unit === 'By';
}
