import { describe, expect, it } from 'vitest';
import { formatNanos } from '../../src/jobs/format.js';
import { formatJobs, formatJson, formatReport, type JobReportLine } from '../../src/jobs/index.js';

const ms = (value: number) => BigInt(value) * 1_000_000n;
const times = (p50: number) => ({
  count: 1,
  sumNs: ms(p50),
  p50Ns: ms(p50),
  p90Ns: ms(p50 * 2),
  p95Ns: ms(p50 * 3),
  p99Ns: ms(p50 * 1_000),
});
const line: JobReportLine = {
  group: 'message',
  jobs: 1_234,
  outcomes: { completed: 900, failed: 80, cancelled: 10, expired: 10 },
  firstToken: times(420),
  total: times(5_100),
  firstTokenShare: 0.0823,
};
const empty: JobReportLine = {
  jobs: 2,
  outcomes: { completed: 0, failed: 0, cancelled: 0, expired: 0 },
  firstToken: { count: 0, sumNs: 0n },
  total: { count: 0, sumNs: 0n },
};

describe('formatReport', () => {
  it('aligns its columns', () => {
    expect(formatReport({ by: 'type', lines: [line, empty] })).toBe(
      [
        'type     jobs  not ok  first p50  first p90  first p95  first p99  total p50  total p90  total p95  total p99  before first',
        'message  1234  10.0 %     420 ms     840 ms     1.26 s   7.00 min     5.10 s     10.2 s     15.3 s     1.42 h         8.2 %',
        '(none)      2       -          -          -          -          -          -          -          -          -             -',
        '',
      ].join('\n'),
    );
  });

  it('lets no group write to the terminal', () => {
    const group = 'a\u001b[2Jb\r\nc\u202ed';
    const text = formatReport({ by: 'organization', lines: [{ ...line, group }] });
    expect(text.split('\n')[1]).toMatch(/^a\?\[2Jb\?\?c\?d /);
    expect(text.split('\n')).toHaveLength(3);
  });
});

describe('formatJobs', () => {
  it('has a line for each job', () => {
    const startedAt = new Date('2026-01-31T12:00:00Z');
    const text = formatJobs([
      { id: 'slow', organizationId: 'o', startedAt, totalDurationNs: 999n, outcome: 'failed' },
      { id: 'x', organizationId: 'org', startedAt, type: 'message', ttftNs: 1_500n },
    ]);
    expect(text.split('\n').map((it) => it.split(/ {2,}/))).toEqual([
      ['id', 'total', 'first token', 'outcome', 'type', 'model', 'organization', 'started'],
      ['slow', '999 ns', '-', 'failed', '-', '-', 'o', '2026-01-31T12:00:00.000Z'],
      ['x', '-', '1.50 µs', '-', 'message', '-', 'org', '2026-01-31T12:00:00.000Z'],
      [''],
    ]);
  });
});

describe('formatJson', () => {
  it('keeps nanoseconds exact', () => {
    const parsed = JSON.parse(formatJson({ lines: [{ p50Ns: 2n ** 63n - 1n, jobs: 1 }] }));
    expect(parsed).toEqual({ lines: [{ p50Ns: '9223372036854775807', jobs: 1 }] });
  });
});

describe('formatNanos', () => {
  it.each([
    [undefined, '-'],
    [0n, '0 ns'],
    [999n, '999 ns'],
    [1_000n, '1.00 µs'],
    [59_999_000_000n, '60.0 s'],
    [60_000_000_000n, '1.00 min'],
    [2n ** 63n - 1n, '2562048 h'],
  ])('says %s as %s', (nanos, text) => {
    expect(formatNanos(nanos)).toBe(text);
  });
});
