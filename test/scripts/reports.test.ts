import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brokenPromises, comparison, lost } from '../../scripts/faults/report.js';
import type { Outcome } from '../../scripts/faults/run-scenario.js';
import { scenarios } from '../../scripts/faults/scenarios.js';
import { INSTRUMENTS, type Report } from '../../scripts/soak/protocol.js';
import { ledgerTable, rssSlope, settle } from '../../scripts/soak/report.js';
import { writeSection } from '../../scripts/support/markdown.js';
import { ReceivedLedger } from '../support/received-ledger.js';

const [first] = scenarios;
const mayLose = scenarios.find((scenario) => scenario.mayLose === 'the last interval');

function outcome(change: Partial<Outcome>): Outcome {
  return {
    scenario: first as Outcome['scenario'],
    subject: 'meterbook',
    ...{ sent: 100, arrived: 100, refused: 0, twice: 0 },
    ...{ perInterval: 50, isStuck: false, elsewhere: 0 },
    ...change,
  };
}

describe('npm run faults', () => {
  it('calls lost what neither arrived nor was refused', () => {
    expect(lost(outcome({ arrived: 60, refused: 30 }))).toBe(10);
    expect(comparison([outcome({ arrived: 60, refused: 30 })])).toMatch(/100 +\| 60 +\| 10 +\| 30/);
  });

  it.each<[string, Partial<Outcome>, RegExp]>([
    ['lost', { arrived: 99 }, /1 records are lost/],
    ['counted twice', { arrived: 101 }, /1 records are counted twice/],
    ['stuck', { isStuck: true }, /did not end/],
    ['redirected', { elsewhere: 1 }, /redirect was followed/],
  ])('fails for records that are %s', (_, change, message) => {
    expect(brokenPromises([outcome(change)])).toEqual([expect.stringMatching(message)]);
    expect(brokenPromises([outcome({ ...change, subject: 'official SDK' })])).toEqual([]);
  });

  it('allows for an interval where that is all that was promised', () => {
    const scenario = mayLose as Outcome['scenario'];
    expect(brokenPromises([outcome({ scenario, arrived: 50 })])).toEqual([]);
    expect(brokenPromises([outcome({ scenario, arrived: 0 })])).toHaveLength(1);
    expect(brokenPromises([outcome({}), outcome({ arrived: 95, refused: 5 })])).toEqual([]);
  });
});

function report(seconds: number, rssBytes: number, recorded = 0): Report {
  return {
    isFinal: false,
    recorded: INSTRUMENTS.map(() => recorded),
    dropped: INSTRUMENTS.map(() => ({ not_a_number: 2 })),
    ...{ held: 0, droppedPoints: {}, cpuSeconds: 0, delayP99Millis: 0 },
    ...{ seconds, rssBytes },
  };
}

describe('npm run soak', () => {
  it('misses what neither arrived nor was dropped', () => {
    const lines = settle(report(1, 0, 10), new ReceivedLedger());
    expect(lines.map(({ missing }) => missing)).toEqual([8, 8, 8, 8]);
    expect(ledgerTable(lines)).toContain('2 not_a_number');
  });

  it('tells a slope from what comes and goes, after the warm-up', () => {
    const mib = 2 ** 20;
    const reports = Array.from({ length: 400 }, (_, i) =>
      report(i, (i < 50 ? i * 50 : 100 + i / 360 + (i % 2) * 5) * mib),
    );
    expect(rssSlope(reports)).toBeGreaterThan(9);
    expect(rssSlope(reports)).toBeLessThan(12);
    expect(rssSlope(reports.slice(0, 20))).toBeUndefined();
  });
});

describe('writeSection', () => {
  it('writes a marked part of a page, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-page-'));
    const page = pathToFileURL(join(folder, 'page.md'));
    const text = (a: string) =>
      `# A\n<!-- a: begin (a command) -->\n${a}<!-- a: end -->\n<!-- b: begin -->\nb\n<!-- b: end -->\n`;
    writeFileSync(page, text('old\n'));
    writeSection(page, 'a', '$& new\n');
    expect(readFileSync(page, 'utf8')).toBe(text('\n$& new\n\n'));
    expect(() => writeSection(page, 'c', '')).toThrow('"c"');
    rmSync(folder, { recursive: true });
  });
});
