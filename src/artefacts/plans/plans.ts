import type { Manifest } from '../../declare/index.js';
import { checkManifests } from '../check-arguments.js';
import { instrumentsByName, slosOf } from '../instruments.js';
import { dimensionsPlan, othersPlan, pipelinePlan, slosPlan } from './general-plans.js';
import { modelsPlan } from './models-plan.js';
import { instrumentsIn, type Plan } from './plan.js';
import { bottlenecksPlan, servicePlan } from './service-plans.js';

/** The dashboards that have something to show. */
export function plansFor(manifests: readonly Manifest[]): readonly Plan[] {
  checkManifests(manifests, 'plansFor()');
  const instruments = instrumentsByName(manifests);
  const known = [servicePlan, modelsPlan, bottlenecksPlan].map((plan) => plan(instruments));
  const shown = new Set(known.flatMap(instrumentsIn));
  const others = [...instruments.values()].filter((instrument) => !shown.has(instrument));
  return [
    ...known,
    dimensionsPlan(instruments),
    slosPlan(slosOf(manifests)),
    pipelinePlan(),
    othersPlan(others),
  ].filter(({ rows }) => rows.length > 0);
}
