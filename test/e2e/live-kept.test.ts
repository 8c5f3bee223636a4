import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { post } from '../live/support/assembled.js';
import { encodeRequest } from '../live/support/otlp.js';
import { startLiveCommand } from './support/live-command.js';

/** A request of a counter that has gone on by one. */
function request(): Uint8Array {
  const now = Date.now();
  return encodeRequest({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'kept' } }] },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'orders',
                sum: {
                  aggregationTemporality: 1,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      asInt: 1,
                      startTimeUnixNano: `${now - 1_000}000000`,
                      timeUnixNano: `${now}000000`,
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
}

describe('meterbook live --keep', () => {
  it('has what it took before it was killed, and takes more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-kept-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const keep = `--keep=${join(folder, 'live')}`;
    let taken = 0;
    for (let life = 0; life < 3; life++) {
      const live = await startLiveCommand(keep);
      onTestFinished(async () => {
        await live.stop();
      });
      expect((await live.health()).restoredPoints).toBe(taken);
      if (taken > 0) {
        const { services, history } = await live.answer('view=catalogue&range=300');
        expect(services).toMatchObject([{ name: 'kept' }]);
        expect(history.series).toBe(1);
      }
      for (let i = 0; i < 20; i++) {
        expect((await post({ receiverUrl: live.receiver }, request())).status).toBe(200);
        taken += 1;
      }
      // What was answered is written within a moment, without being asked for.
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.kill(live.pid, 'SIGKILL');
    }
  });

  it('is of one process at a time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-kept-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const live = await startLiveCommand(`--keep=${folder}`);
    onTestFinished(async () => {
      await live.stop();
    });
    await expect(startLiveCommand(`--keep=${folder}`)).rejects.toThrow(
      new RegExp(
        `is in use by the process ${live.pid}\\..*End that, or name another folder with --keep\\.`,
      ),
    );
  });
});
