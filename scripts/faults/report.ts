import { table } from '../support/markdown.js';
import type { Outcome } from './run-scenario.js';

/** Records that did not arrive, though the receiver had not refused them. */
export function lost({ sent, arrived, refused }: Outcome): number {
  return sent - arrived - refused;
}

/** What meterbook has promised and not kept, in sentences. */
export function brokenPromises(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes
    .filter(({ subject }) => subject === 'meterbook')
    .flatMap((outcome) => {
      const { scenario, perInterval, isStuck, elsewhere } = outcome;
      const most = scenario.mayLose === 'nothing' ? 0 : 1.5 * perInterval;
      return [
        ...(lost(outcome) > most ? [`${lost(outcome)} records are lost`] : []),
        ...(lost(outcome) < 0 ? [`${-lost(outcome)} records are counted twice`] : []),
        ...(isStuck ? ['the process did not end'] : []),
        ...(elsewhere > 0 ? ['the redirect was followed'] : []),
      ].map((what) => `${scenario.name}: ${what}`);
    });
}

/** The table of all outcomes: for each fault a line of the SDK and one of meterbook. */
export function comparison(outcomes: readonly Outcome[]): string {
  const head = ['Fault', 'with', 'sent', 'arrived', 'lost', 'refused', 'came twice'];
  return table(
    head,
    outcomes.map((outcome, i) => [
      outcomes[i - 1]?.scenario === outcome.scenario ? '' : outcome.scenario.name,
      outcome.isStuck ? `${outcome.subject} (did not end, was killed)` : outcome.subject,
      ...[outcome.sent, outcome.arrived, lost(outcome), outcome.refused, outcome.twice].map(count),
    ]),
  );
}

const count = (value: number): string => value.toLocaleString('en-US');
