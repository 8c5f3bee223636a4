import { describe, expect, it } from 'vitest';
import { ledgerIn } from './support/ledger.js';
import {
  holdReceiverToLedger,
  holdToLedger,
  REMOTE_WRITE,
  type Started,
  seconds,
  starting,
  untilThere,
  writeUrl,
} from './support/started.js';

/** How long a server is away, seconds. METERBOOK_OUTAGE_SECONDS=60 is the long run. */
const OUTAGE_SECONDS = Number(process.env['METERBOOK_OUTAGE_SECONDS'] ?? 10);
const TEST_MILLIS = (OUTAGE_SECONDS * 3 + 180) * 1_000;

async function toRemoteWrite({ collector, prometheus }: Started) {
  const server = await prometheus(undefined, REMOTE_WRITE);
  const started = await collector('collector/prometheus-remote-write.yaml', {
    prometheus: { remoteWriteEndpoint: writeUrl(server) },
  });
  return { server, started };
}

// Side by side: they wait for most of their time.
describe.concurrent('the Collector, away under load', { timeout: TEST_MILLIS }, () => {
  it('and killed costs Prometheus no count of running totals', async ({ onTestFinished }) => {
    const start = starting(onTestFinished);
    const { server, started } = await toRemoteWrite(start);
    const one = await start.service(started.url, 'cumulative', 'o1');
    await seconds(3);
    await started.end('SIGKILL');
    await seconds(OUTAGE_SECONDS);
    await started.restart();
    await seconds(3);
    await holdToLedger(server, one, await one.stop());
  });

  it('costs a backend that takes differences no count of them', async ({ onTestFinished }) => {
    const start = starting(onTestFinished);
    const signoz = await start.receiver();
    const started = await start.collector('collector/signoz.yaml', {
      signoz: { endpoint: new URL(signoz.url).origin },
    });
    const one = await start.service(started.url, 'delta', 'o2');
    await seconds(3);
    await started.end('SIGTERM');
    await seconds(OUTAGE_SECONDS);
    await started.restart();
    await seconds(3);
    await holdReceiverToLedger(signoz, 'delta', await one.stop());
  });

  it('costs Prometheus no count of differences where the new sums are seen to begin anew', async ({
    onTestFinished,
  }) => {
    const start = starting(onTestFinished);
    const { server, started } = await toRemoteWrite(start);
    const one = await start.service(started.url, 'delta', 'o3');
    // What comes after the outage has to be less than what was there before: docs/collector.md.
    await seconds(OUTAGE_SECONDS + 5);
    await started.end('SIGTERM');
    await seconds(OUTAGE_SECONDS);
    await started.restart();
    await seconds(3);
    const ledger = await one.stop();
    const found = await untilThere(
      () => ledgerIn(server, one.instance),
      ({ requests }) => requests['/chat'] === ledger.requests['/chat'],
    );
    expect(found.requests).toEqual(ledger.requests);
    for (const [route, counts] of Object.entries(ledger.buckets)) {
      const inServer = found.buckets[route] ?? [];
      expect(inServer.at(-1)).toBe(ledger.requests[route]);
      // Of a bucket that few fall into, 2 and then 2 again looks like no news.
      for (const [at, count] of counts.entries()) {
        expect(inServer[at] ?? 0).toBeLessThanOrEqual(count);
      }
    }
  });
});

describe.concurrent('Prometheus, away under load', { timeout: TEST_MILLIS }, () => {
  it.for(['cumulative', 'delta'] as const)(
    'costs no count and no sample, from %s, and the Collector may be killed meanwhile',
    async (temporality, { onTestFinished }) => {
      const start = starting(onTestFinished);
      const { server, started } = await toRemoteWrite(start);
      const one = await start.service(started.url, temporality, 'o4');
      await seconds(3);
      const from = Date.now() / 1_000;
      await server.kill();
      await seconds(OUTAGE_SECONDS);
      const ledger = await one.stop();
      const to = Date.now() / 1_000;
      await seconds(2);
      await started.end('SIGKILL');
      await started.restart();
      await seconds(2);
      await server.restart();
      await holdToLedger(server, one, ledger);
      // The queue has brought what was sent while nobody wrote it down.
      const histories = await server.history(
        'http_server_requests_total{instance="o4",http_route="/chat"}',
      );
      const during = histories
        .flatMap(({ samples }) => samples)
        .filter(([at]) => at > from + 1 && at < to);
      expect(histories).toHaveLength(1);
      expect(during.length).toBeGreaterThan(OUTAGE_SECONDS);
    },
  );
});
