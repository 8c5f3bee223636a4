import { defineRegistry } from '../otel/index.js';
import { agentInstruments } from './instruments.js';

/**
 * The standard registry: {@link agentInstruments} under the scope `meterbook/agent`, for a service
 * that has no instruments of its own to add. Hand it to `setupMetrics({ registries: [agentMetrics] })`.
 */
export const agentMetrics = defineRegistry({
  scope: { name: 'meterbook/agent' },
  instruments: agentInstruments,
});
