import { agentInstruments } from '../../../../src/agent/index.js';
import { attr, defineRegistry, upDownCounter } from '../../../../src/index.js';
import { testRegistry } from '../../../../src/testing/index.js';

/** A registry of somebody's own, in which active requests are counted by who asks. */
export function byOrganization() {
  const { name, unit, attributes } = agentInstruments.httpServerActiveRequests;
  const organization = { 'organization.id': attr.string().fromContext().optional() };
  const registry = testRegistry(
    defineRegistry({
      scope: { name: 'own' },
      instruments: {
        ...agentInstruments,
        httpServerActiveRequests: upDownCounter({
          name,
          unit,
          attributes: { ...attributes, ...organization },
        }),
      },
    }),
  );
  const active = async () =>
    (await registry.httpServerActiveRequests.readAll()).map(
      (it) => [it.attributes['organization.id'], it.value] as const,
    );
  return { registry, active };
}
