import { setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';

/** Next calls this once, when its server starts. */
export function register(): void {
  setupMetrics({
    serviceName: 'example-next',
    registries: [agentMetrics],
    exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
  });
}
