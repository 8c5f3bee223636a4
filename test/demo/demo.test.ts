import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { toDocument } from '../../demo/view/json-view.js';

type Document = ReturnType<typeof toDocument>;

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the demo as its users do, in a process of its own. */
function demo(args: readonly string[], interruptOnOutput = false): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'demo/main.ts', ...args], {
      cwd: ROOT,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      if (interruptOnOutput && stdout === '') child.kill('SIGINT');
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const TEMPORALITIES = ['delta', 'cumulative', 'lowmemory'] as const;
const runs = new Map<string, Finished>();

beforeAll(async () => {
  const load = ['--duration', '3', '--rate', '30', '--json'];
  const finished = await Promise.all(
    TEMPORALITIES.map((temporality) => demo([...load, '--temporality', temporality])),
  );
  for (const [i, temporality] of TEMPORALITIES.entries()) {
    const run = finished[i];
    if (run !== undefined) runs.set(temporality, run);
  }
}, 90_000);

describe.each(TEMPORALITIES)('the whole demo, %s', (temporality) => {
  function document(): Document {
    return JSON.parse(runs.get(temporality)?.stdout ?? '') as Document;
  }

  it('exits with 0, and writes one JSON document and nothing else', () => {
    const { code, stderr } = runs.get(temporality) ?? {};
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(document()).toMatchObject({ balanced: true, options: { temporality } });
  });

  it('receives what was recorded, but for what it meant to be dropped', () => {
    const { ledger, exports, load } = document();
    expect(ledger.flatMap((row) => row.differences)).toEqual([]);
    expect(ledger.length).toBeGreaterThan(20);
    const rowOf = new Map(ledger.map((row) => [row.instrument, row]));
    const requests = rowOf.get('http.server.request.duration');
    expect(requests?.received).toBe(load.sent);
    expect(requests?.total.received).toBeGreaterThan(0);
    expect(rowOf.get('http.server.requests')?.total.received).toBe(load.sent);
    expect(rowOf.get('http.server.active_requests')?.total.received).toBe(0);
    const lookups = rowOf.get('demo.lookup.duration');
    expect(Object.keys(lookups?.dropped ?? {}).sort()).toEqual([
      'invalid_attribute',
      'missing_attribute',
      'not_a_number',
      'not_finite',
    ]);
    expect(exports.requests).toBeGreaterThan(2);
    expect(exports.refused).toBe(0);
    expect(exports.lastError).toBeNull();
  });

  it('tells rates and percentiles of every endpoint and model', () => {
    const { endpoints, models, load } = document();
    expect(models.map((model) => model.name)).toEqual(['m-large', 'm-medium', 'm-small']);
    expect(endpoints.map((endpoint) => endpoint.name)).toContain(
      'POST /v1/agents/:id/messages/stream',
    );
    for (const { name, requests, rate, latency, firstToken, firstTokenShare } of models) {
      expect(rate, name).toBeCloseTo(requests / load.seconds);
      for (const { p50, p90, p95, p99 } of [latency, firstToken]) {
        expect([p50, p90, p95, p99]).toEqual(
          [p50, p90, p95, p99].sort((a, b) => (a ?? 0) - (b ?? 0)),
        );
        expect(p50).toBeGreaterThan(0.02);
      }
      expect(firstToken.p50).toBeLessThan(latency.p50 ?? 0);
      expect(firstTokenShare).toBeGreaterThan(0.05);
      expect(firstTokenShare).toBeLessThan(0.95);
    }
  });

  it('shows the cardinality guard at work', () => {
    const { series, dropped } = document();
    expect(series.find((one) => one.instrument === 'demo.lookup.duration')).toMatchObject({
      series: 12,
      maxSeries: 12,
      isOverflowing: true,
    });
    expect(series.find((one) => one.instrument === 'demo.document.reads')).toMatchObject({
      series: 11,
      saturatedAttributes: ['document.id'],
    });
    const lookups = dropped.find((one) => one.instrument === 'demo.lookup.duration');
    expect(lookups?.undeclaredAttributes).toBeGreaterThan(0);
  });
});

describe('the command line', () => {
  it('refuses what it does not know, with the help and exit code 2', async () => {
    const { code, stdout, stderr } = await demo(['--speed', '9']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("Unknown option '--speed'");
    expect(stderr).toContain('Usage: npm run demo');
  });

  it('helps', async () => {
    const { code, stdout, stderr } = await demo(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--temporality');
  });

  it('closes the ledger when it is interrupted, without colour in a pipe', async () => {
    const { code, stdout, stderr } = await demo(['--duration', '600', '--rate', '20'], true);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('✓ balanced');
    expect(stdout).not.toContain('\u001b');
  }, 60_000);
});
