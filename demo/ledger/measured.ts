import { agentInstruments, type agentMetrics } from '../../src/agent/index.js';
import type { WatchedRegistry } from '../../src/testing/index.js';
import type { Tally } from './tally.js';

/** Tells the tally what durations the standard registry has measured by itself, in their unit. */
export async function tellMeasured(
  watched: WatchedRegistry<typeof agentMetrics>,
  tally: Tally,
  instruments: ReadonlySet<string>,
): Promise<void> {
  for (const [property, { name }] of Object.entries(agentInstruments)) {
    if (!instruments.has(name)) continue;
    const series = await watched[property as 'jobDuration'].readAll();
    tally.measured(
      name,
      series.reduce((sum, { value }) => sum + value.sum, 0),
    );
  }
}
