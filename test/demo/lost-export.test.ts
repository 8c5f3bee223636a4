import { expect, it } from 'vitest';
import { parseOptions } from '../../demo/options.js';
import { exitCodeOf, runDemo } from '../../demo/run.js';
import type { DemoState, View } from '../../demo/view/state.js';

it('does not balance when an export is lost', async () => {
  const states: DemoState[] = [];
  const view: View = { show: (state) => states.push(state), finish: () => undefined };
  const result = await runDemo(
    parseOptions(['--duration', '3', '--rate', '30', '--json']),
    view,
    new AbortController().signal,
    // What may not be retried, is not: the second export is gone for good.
    { respond: ({ index }) => (index === 1 ? { status: 400 } : undefined) },
  );

  expect(result.ledger.balanced).toBe(false);
  expect(exitCodeOf(result)).toBe(1);
  const latency = result.ledger.rows.find((row) => row.instrument === 'http.server.requests');
  expect(latency?.total.received).toBeLessThan(latency?.total.recorded ?? 0);
  expect(latency?.differences.join()).toMatch(/the values add up to \d+ instead of \d+/);
  expect(result.exportError).toContain('400');
  expect(states.length).toBeGreaterThan(1);
}, 60_000);
