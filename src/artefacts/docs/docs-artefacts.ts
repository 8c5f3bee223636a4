import type { Manifest } from '../../declare/index.js';
import { type Artefact, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import { worstCaseBytes } from '../series-bytes.js';
import { instrumentSection } from './instrument-section.js';
import { anchor, code, comment, table, text } from './markdown.js';
import { bytesText, kindText, numberText } from './words.js';

/**
 * The catalogue of every instrument, `catalogue.md`: name, kind, unit, buckets, attributes and their
 * bounds, the most series and bytes that these allow, objectives, and an example query each for
 * Prometheus and ClickHouse.
 */
export function docsArtefacts(manifests: readonly Manifest[]): readonly Artefact[] {
  checkManifests(manifests, 'docsArtefacts()');
  const parts = [
    '# Metrics',
    comment(headerLines('docs', manifests)),
    'Every instrument, what it may carry, and how much of it there can be.',
    WHAT_IS_COUNTED,
    ...manifests.flatMap(registryParts),
  ];
  return [{ path: 'catalogue.md', content: `${parts.join('\n\n')}\n` }];
}

const WHAT_IS_COUNTED = [
  'Series are the most that the declared bounds allow, the overflow series included. Bytes are those',
  'of their numbers in the process: 8 for each bucket, sum, least, greatest and start time. Attributes',
  'and the index that finds a series come on top, and the same numbers again for each reader after the',
  'first.',
].join('\n');

function registryParts(manifest: Manifest): readonly string[] {
  const { scope, instruments } = manifest;
  const version = scope.version === undefined ? '' : ` ${code(scope.version)}`;
  const series = instruments.reduce((sum, it) => sum + it.worstCaseSeries, 0);
  const bytes = instruments.reduce((sum, it) => sum + worstCaseBytes(it), 0);
  const rows = instruments.map((it) => [
    `[${code(it.name)}](#${anchor(it.name)})`,
    kindText(it.kind),
    code(it.unit),
    it.description === '' ? '' : text(it.description),
    numberText(it.worstCaseSeries),
    bytesText(worstCaseBytes(it)),
  ]);
  return [
    `## Registry ${code(scope.name)}${version}`,
    `${instruments.length} instruments; at most ${numberText(series)} series, ${bytesText(bytes)}.`,
    ...(rows.length === 0
      ? []
      : [table(['Instrument', 'Kind', 'Unit', 'What it is', 'Series', 'Bytes'], rows)]),
    ...instruments.flatMap((it) => instrumentSection(it, manifest)),
  ];
}
