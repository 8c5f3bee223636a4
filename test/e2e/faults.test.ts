import { describe, expect, it } from 'vitest';
import {
  buckets,
  counter,
  defineRegistry,
  type ExporterHealth,
  histogram,
  type SetupOptions,
  type Telemetry,
} from '../../src/index.js';
import {
  answering,
  type Behaviour,
  behaviours,
  type FaultyReceiverOptions,
  redirecting,
  rejecting,
  startFaultyReceiver,
} from '../support/faulty-receiver.js';
import { took, until, usePipelines } from '../support/pipeline.js';

/** The rows of the faults table in docs/reliability.md that concern delivery, on real servers. */

const pipelines = usePipelines();

/** Time between exports, and the timeout of each, ms. */
const INTERVAL = 300;
/** No deadline of these tests is longer, whatever the machine does beside them. */
const GENEROUS = 8_000;
const RECORDS = 20;

async function receiver(options?: FaultyReceiverOptions) {
  const started = await startFaultyReceiver(options);
  pipelines.onEnd(started.close);
  return started;
}

/** A service that sends deltas to a receiver; each `record` makes 20 records, 10 of each kind. */
function service(url: string, options: SetupOptions = {}) {
  const metrics = defineRegistry({
    scope: { name: 'faults' },
    instruments: {
      calls: counter({ name: 'calls', unit: '{call}' }),
      duration: histogram({ name: 'duration', unit: 's', buckets: buckets.explicit([0.5, 1]) }),
    },
  });
  const telemetry = pipelines.setup({
    registries: [metrics],
    temporality: 'delta',
    exportIntervalMillis: INTERVAL,
    otlp: { url },
    ...options,
  });
  let recorded = 0;
  return {
    telemetry,
    get recorded() {
      return recorded;
    },
    record() {
      for (let i = 0; i < RECORDS / 2; i++) {
        metrics.calls.add(1);
        metrics.duration.record(i / 10);
      }
      recorded += RECORDS;
    },
  };
}

const SCOPE = { scope: 'faults' };

function exporterOf(telemetry: Telemetry): ExporterHealth {
  return telemetry.health().exporters[0] as ExporterHealth;
}

function droppedPoints(telemetry: Telemetry): number {
  return Object.values(exporterOf(telemetry).dropped).reduce((a, b) => a + b, 0);
}

/** Records and flushes while the receiver behaves like this, then lets it recover. */
async function throughOutage(behaviour: Behaviour, options?: SetupOptions) {
  const target = await receiver();
  const running = service(target.url, options);
  running.record();
  await until('the first export has come', () => target.ledger.arrived(SCOPE) === RECORDS);
  await target.behave(behaviour);
  const flushes: number[] = [];
  for (let i = 0; i < 3; i++) {
    running.record();
    flushes.push(await took(running.telemetry.forceFlush()));
  }
  const during = exporterOf(running.telemetry);
  await target.behave(behaviours.accept);
  running.record();
  await until(
    'every record has arrived',
    () => target.ledger.arrived(SCOPE) + target.ledger.refused(SCOPE) >= running.recorded,
    20_000,
  );
  await running.telemetry.shutdown();
  expect(target.ledger.arrived(SCOPE) + target.ledger.refused(SCOPE)).toBe(running.recorded);
  return { ...running, target, during, slowest: Math.max(...flushes) };
}

describe('row 1: a collector that refuses connections, and is back', () => {
  it('gets everything, as one interval', async () => {
    const { during, target, telemetry } = await throughOutage(behaviours.refuse);
    expect(during.consecutiveFailures).toBeGreaterThan(0);
    expect(during.held).toBeGreaterThan(0);
    expect(target.ledger.refused(SCOPE)).toBe(0);
    expect(exporterOf(telemetry)).toMatchObject({ held: 0, consecutiveFailures: 0 });
  });
});

describe.each([
  ['row 4: a collector that', behaviours.hang],
  ['row 4: a collector that', behaviours.hangAfterTaking],
  ['row 5: a collector that', behaviours.drip],
  ['row 5: a collector that', behaviours.largeAnswer],
])('%s $name', (_, behaviour) => {
  it('holds up no flush beyond the deadline, and gets everything', async () => {
    const { slowest, target } = await throughOutage(behaviour);
    expect(slowest).toBeLessThan(GENEROUS);
    expect(target.ledger.refused(SCOPE)).toBe(0);
  });

  it('holds up no shutdown beyond the deadline', async () => {
    const target = await receiver({ behaviour });
    const running = service(target.url, { shutdownTimeoutMillis: 500 });
    running.record();
    expect(await took(running.telemetry.shutdown())).toBeLessThan(GENEROUS);
  });
});

const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();

describe.each([
  answering(429),
  answering(502),
  answering(503),
  answering(504),
  answering(429, '1'),
  answering(503, '0'),
  answering(503, '-1'),
  answering(503, 'soon'),
])('row 6: a collector that $name', (behaviour) => {
  it('is not stormed, and gets everything', async () => {
    const target = await receiver({ behaviour });
    const running = service(target.url);
    running.record();
    await until('it has been asked', () => target.attempts > 0);
    await new Promise((resolve) => setTimeout(resolve, 900));
    // At least a second lies between two attempts of an interval's export.
    expect(target.attempts).toBeLessThanOrEqual(2);
    await target.behave(behaviours.accept);
    running.record();
    await running.telemetry.shutdown();
    expect(target.ledger.arrived(SCOPE)).toBe(running.recorded);
  });
});

describe('row 6: a collector that asks for a day', () => {
  it.each([tomorrow, '86400'])('gets everything at the shutdown: %s', async (retryAfter) => {
    const target = await receiver({ behaviour: answering(503, retryAfter) });
    const running = service(target.url);
    running.record();
    await until('it has been asked', () => target.attempts > 0);
    await target.behave(behaviours.accept);
    await running.telemetry.shutdown();
    expect(target.ledger.arrived(SCOPE)).toBe(running.recorded);
  });
});

describe.each([400, 401, 403, 404, 500, 501])('row 7: a collector that answers %i', (status) => {
  it('is not sent it again; the batch is counted, and the next one arrives', async () => {
    const target = await receiver();
    const running = service(target.url, { exportIntervalMillis: 60_000 });
    target.once(answering(status));
    running.record();
    await running.telemetry.forceFlush();
    expect(exporterOf(running.telemetry).lastError).toContain(`${status} on purpose`);
    running.record();
    await running.telemetry.forceFlush();
    expect(target.ledger.refused(SCOPE)).toBe(RECORDS);
    expect(target.ledger.arrived(SCOPE)).toBe(RECORDS);
    expect(droppedPoints(running.telemetry)).toBeGreaterThanOrEqual(2);
    expect(exporterOf(running.telemetry)).toMatchObject({ held: 0, consecutiveFailures: 0 });
  });
});

describe('row 7: a collector for which a batch is too large', () => {
  it('gets it in two halves', async () => {
    const target = await receiver();
    const running = service(target.url, { exportIntervalMillis: 60_000 });
    target.once(answering(413));
    running.record();
    await running.telemetry.forceFlush();
    await running.telemetry.forceFlush();
    expect(target.ledger.arrived(SCOPE)).toBe(RECORDS);
    expect(target.ledger.refused(SCOPE)).toBe(0);
  });
});

describe('row 8: a partial success', () => {
  it('is not sent again, and what was rejected is counted', async () => {
    const target = await receiver({ behaviour: rejecting(1, 'too old') });
    const running = service(target.url, { exportIntervalMillis: 60_000 });
    running.record();
    await running.telemetry.forceFlush();
    await target.behave(behaviours.accept);
    await running.telemetry.forceFlush();
    expect(target.ledger.duplicates).toBe(0);
    expect(droppedPoints(running.telemetry)).toBe(1);
    expect(target.ledger.arrived(SCOPE) + target.ledger.refused(SCOPE)).toBe(RECORDS);
    expect(pipelines.lines.join('\n')).toContain('too old');
  });
});

describe('row 9', () => {
  it.each([behaviours.resetInBody, behaviours.resetAfterBody, behaviours.truncatedAnswer])(
    'a collector that $name gets everything',
    async (behaviour) => {
      const { target } = await throughOutage(behaviour);
      expect(target.ledger.refused(SCOPE)).toBe(0);
    },
  );

  it('what a collector has taken and not acknowledged comes again in the same bytes', async () => {
    const target = await receiver();
    target.once(behaviours.resetAfterBody);
    const running = service(target.url);
    running.record();
    await until('it has come again', () => target.ledger.duplicates > 0);
    expect(target.ledger.arrived(SCOPE)).toBe(RECORDS);
    expect(target.ledger.takenAgain(SCOPE)).toBe(RECORDS);
  });

  it.each([307, 308] as const)('a redirect (%i) is not followed', async (status) => {
    const [target, elsewhere] = [await receiver(), await receiver()];
    await target.behave(redirecting(elsewhere.url, status));
    const headers = { authorization: 'Bearer secret' };
    const running = service(target.url, { otlp: { url: target.url, headers } });
    running.record();
    await running.telemetry.forceFlush();
    await running.telemetry.shutdown();
    expect(target.attempts).toBeGreaterThan(0);
    expect(elsewhere.attempts).toBe(0);
  });

  it('a certificate that nobody trusts is told of, and is sent nothing', async () => {
    const target = await receiver({ tls: true });
    const running = service(target.url);
    running.record();
    await running.telemetry.forceFlush();
    expect(target.attempts).toBe(0);
    expect(exporterOf(running.telemetry).lastError).toMatch(/certificate/i);
    expect(running.telemetry.health().status).toBe('failing');
  });
});
