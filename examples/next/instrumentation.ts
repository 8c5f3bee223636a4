/** Next calls this once, when its server starts, and for its edge runtime too, which has no sockets. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { setupMetrics } = await import('meterbook');
  const { agentMetrics } = await import('meterbook/agent');
  const { metrics } = await import('./metrics');
  setupMetrics({
    serviceName: 'example-next',
    registries: [agentMetrics, metrics],
    exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
  });
}
