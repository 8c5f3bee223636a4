import type { Manifest } from '../../declare/index.js';
import { type Artefact, type Generator, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import { type NamedQuery, purposes } from './purposes.js';
import { comment } from './sql.js';
import { type ClickHouseOptions, settingsOf } from './tables.js';
import { rollUps } from './views.js';

const PARAMETER_LINES = [
  'Each statement is a query with parameters: {service:String}; {from:DateTime} and {to:DateTime},',
  'the time after the one and up to the other; {step:UInt32}, seconds of a step, where there is a time.',
  'clickhouse-client sets them by --param_service, --param_from, --param_to and --param_step.',
];

/**
 * Queries of ClickHouse for what a registry measures, on the tables of the Collector's exporter: a
 * file for each purpose, and one of roll-ups. For delta and for cumulative data alike.
 */
export const clickhouseArtefacts: Generator<ClickHouseOptions> = (manifests, options) => {
  checkManifests(manifests, 'clickhouseArtefacts()');
  const settings = settingsOf(options);
  const queries = purposes(manifests, settings).map(({ name, about, queries }) =>
    file(manifests, name, [about, ...PARAMETER_LINES], queries),
  );
  const { lines, statements } = rollUps(manifests, settings);
  if (statements.length === 0) return queries;
  return [...queries, file(manifests, 'views', lines, statements)];
};

function file(
  manifests: readonly Manifest[],
  name: string,
  lines: readonly string[],
  statements: readonly NamedQuery[],
): Artefact {
  const header = [...headerLines('clickhouse', manifests), '', ...lines];
  const blocks = statements.map(({ title, sql }) => `${comment(title)}\n${sql};\n`);
  return {
    path: `clickhouse/${name}.sql`,
    content: [`${header.map(comment).join('\n')}\n`, ...blocks].join('\n'),
  };
}
