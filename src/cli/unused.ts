import { type Finding, type SeenLabels, unusedFindings } from '../artefacts/index.js';
import type { Manifest } from '../declare/index.js';

type Instrument = Manifest['instruments'][number];

/** Somewhere that knows what has been recorded: a Prometheus, a live view. */
export interface Seen {
  /**
   * The labels of an instrument, with the values of those whose set is closed, all as Prometheus names them;
   * `undefined` for one that has never been seen.
   */
  labels(scope: string, instrument: Instrument): Promise<SeenLabels | undefined>;
}

/** What is declared and what has never been seen there. */
export async function unusedIn(
  manifests: readonly Manifest[],
  { labels }: Seen,
): Promise<readonly Finding[]> {
  const seen = new Map<string, SeenLabels>();
  // One after the other: a lint is in no hurry, and the server has others to answer.
  for (const { scope, instruments } of manifests) {
    for (const instrument of instruments) {
      const found = await labels(scope.name, instrument);
      if (found !== undefined) seen.set(keyOf(scope.name, instrument.name), found);
    }
  }
  return unusedFindings(manifests, (scope, name) => seen.get(keyOf(scope, name)));
}

function keyOf(scope: string, name: string): string {
  return JSON.stringify([scope, name]);
}
