import {
  type BurnAlert,
  burnAlerts,
  durationSeconds,
  isShare,
  type SloOf,
  slosOf,
} from '../../../artefacts/index.js';
import type { Manifest } from '../../../declare/index.js';
import { format, percent, roughly } from '../../format.js';
import type { Level, SloState } from '../../protocol.js';
import type { Store } from '../../store/index.js';
import type { Answerer } from '../answers.js';
import { rounded } from '../panels.js';

/** The objectives of the registries that were given, as they stand. */
export function sloStates(
  manifests: readonly Manifest[],
  answerer: Answerer,
  store: Store,
): readonly SloState[] {
  return slosOf(manifests).map((slo) => stateOf(slo, answerer, store));
}

function stateOf(slo: SloOf, answerer: Answerer, store: Store): SloState {
  const { name, objective, threshold, window, description } = slo.slo;
  const { name: instrument } = slo.instrument;
  const unit = isShare(slo.instrument) ? 'percentunit' : slo.instrument.unit;
  const kept = store.oldest === undefined ? 0 : (store.now() - store.oldest) / 1_000;
  const budget = 1 - objective;
  const errors = answerer.sloErrors(slo, Math.min(durationSeconds(window), store.maxSeconds));
  const alerts = burnAlerts(window);
  const windows = [...new Set(alerts.flatMap(({ short, long }) => [short, long]))].sort(
    (a, b) => a - b,
  );
  const burns = new Map(
    windows.map((seconds) => [seconds, burnOf(answerer.sloErrors(slo, seconds), budget)]),
  );
  // A window that history does not reach into would only repeat the one before.
  const reached = windows.filter((_, i) => i === 0 || (windows[i - 1] ?? 0) < kept);
  const burnRates = reached.flatMap((seconds) => {
    const rate = burns.get(seconds) ?? null;
    return rate === null ? [] : [{ seconds, rate: rounded(rate) ?? 0 }];
  });
  const burning = alerts.find(({ long, short, factor }) =>
    [long, short].every((seconds) => (burns.get(seconds) ?? 0) >= factor),
  );
  return {
    name,
    scope: slo.scope,
    description:
      description ??
      `At most ${format(threshold, unit)} for ${percent(objective)} of ${instrument}.`,
    objective,
    threshold,
    unit,
    instrument,
    window,
    ...(errors !== null && {
      errors: rounded(errors) ?? 0,
      budgetLeft: rounded(1 - errors / budget) ?? 0,
    }),
    burnRates,
    level: levelOf(errors, budget, burning),
    verdict: verdictOf(
      errors,
      budget,
      burning === undefined ? undefined : Math.min(burning.long, kept),
      burnRates,
    ),
  };
}

function burnOf(errors: number | null, budget: number): number | null {
  return errors === null ? null : errors / budget;
}

function levelOf(errors: number | null, budget: number, burning: BurnAlert | undefined): Level {
  if (errors === null) return 'good';
  if (burning !== undefined) return burning.severity === 'page' ? 'problem' : 'warning';
  return errors > budget ? 'warning' : 'good';
}

function verdictOf(
  errors: number | null,
  budget: number,
  burning: number | undefined,
  rates: SloState['burnRates'],
): string {
  if (errors === null) return 'nothing was measured yet';
  const [shortest] = rates;
  const times = (rate: number) => `${format(rate, 'short')} ×`;
  if (burning !== undefined && shortest !== undefined) {
    return `burns ${times(shortest.rate)} as fast as allowed, over ${roughly(burning)}`;
  }
  if (errors > budget) return 'more misses than the objective allows, over what is kept';
  if (shortest !== undefined && shortest.rate > 1) {
    return `burns ${times(shortest.rate)} as fast as allowed in the last ${format(shortest.seconds, 's')}`;
  }
  return 'within its budget';
}
