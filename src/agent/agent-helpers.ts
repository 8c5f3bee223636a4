import { type AgentInstrumentName, agentInstruments, instrumentsOf } from '../standard/index.js';
import { type DatabaseHelpers, databaseHelpers } from './helpers/database.js';
import { type EndpointHelpers, endpointHelpers } from './helpers/endpoints.js';
import { type JobHelpers, jobHelpers } from './helpers/jobs.js';
import { type MessageHelpers, messageHelpers } from './helpers/messages.js';
import { type ModelHelpers, modelHelpers } from './helpers/models.js';
import { type RunHelpers, runHelpers } from './helpers/runs.js';
import { type ServiceHelpers, serviceHelpers } from './helpers/service.js';
import type { TokenUsage } from './token-usage.js';
import type { AgentRegistry } from './types.js';

/** A helper for each thing that an agent service records, typed by the registry that they record in. */
export interface AgentHelpers<R>
  extends JobHelpers<R>,
    EndpointHelpers<R>,
    ModelHelpers<R>,
    RunHelpers<R>,
    MessageHelpers<R>,
    ServiceHelpers<R>,
    DatabaseHelpers<R> {}

/** Options of {@link agentHelpers}. */
export interface AgentHelperOptions {
  /** Whether `recordTokens` records `gen_ai.client.token.usage`. Default `'histogram'`. */
  readonly tokenUsage?: TokenUsage | undefined;
}

/**
 * Makes the helpers for a registry of your own that has the standard instruments, changed ones
 * included as long as kind and unit stay: what your declaration says a measurement carries is what
 * the helper takes.
 *
 * Throws `INVALID_REGISTRY` where an instrument is missing or has another kind or unit; the compiler
 * says so before. The helpers themselves record as their instruments do: they never throw in
 * production, and drop and count what cannot be recorded. They use no `this` and can be taken apart.
 *
 * ```ts
 * const metrics = defineRegistry({
 *   scope: { name: 'support-agent' },
 *   instruments: { ...agentInstruments, refunds: counter({ name: 'refunds', unit: '{refund}' }) },
 * });
 * export const { recordFirstToken, recordEndpoint } = agentHelpers(metrics);
 * ```
 */
export function agentHelpers<R extends object>(
  registry: R & AgentRegistry<R>,
  options: AgentHelperOptions = {},
): AgentHelpers<R> {
  const names = Object.keys(agentInstruments) as AgentInstrumentName[];
  const it = instrumentsOf(registry, names, 'agentHelpers()');
  const helpers: Record<keyof AgentHelpers<unknown>, unknown> = {
    ...jobHelpers(it),
    ...endpointHelpers(it),
    ...modelHelpers(it, options?.tokenUsage ?? 'histogram'),
    ...runHelpers(it),
    ...messageHelpers(it),
    ...serviceHelpers(it),
    ...databaseHelpers(it),
  };
  return Object.freeze(helpers) as unknown as AgentHelpers<R>;
}
