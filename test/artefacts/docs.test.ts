import { describe, expect, it } from 'vitest';
import { docsArtefacts } from '../../src/artefacts/index.js';
import { everyKind, hostile } from './support/registries.js';

const pageOf = (...manifests: Parameters<typeof docsArtefacts>[0]) =>
  docsArtefacts(manifests)[0]?.content ?? '';

describe('the catalogue', () => {
  const page = pageOf(everyKind);

  it('is one page with a line and a section for each instrument', () => {
    expect(docsArtefacts([everyKind]).map(({ path }) => path)).toEqual(['catalogue.md']);
    for (const { name } of everyKind.instruments) {
      expect(page).toContain(`| [\`${name}\`](#${name.replace('.', '')}) |`);
      expect(page).toContain(`\n### \`${name}\`\n`);
    }
    expect(page.endsWith('\n')).toBe(true);
    expect(page.endsWith('\n\n')).toBe(false);
  });

  it('says what each may carry, and how much that can be', () => {
    const section = page.split(/^### /m).find((it) => it.startsWith('`job.latency`')) ?? '';
    for (const line of [
      'How long a job took.',
      '- A histogram in `s`; in code `latency`.',
      '- Buckets: 0.1, 1, 10.',
      '- At most 104 series (`maxSeries` 500) of 64 bytes: 6.7 kB.',
      '- A series without measurements for 60 s is retired.',
      '- One measurement in 10 is recorded, weighed by as many.',
      '- Exported as `task.latency` too until 2027-01-31.',
      '| `model` | text, at most 50, then `_OTHER` | optional, also from the context |',
      '| `kind` | `chat`, `embeddings` | required |',
      'Objective `fast`: 99.9 % at or below 1 `s` over 30d.',
    ]) {
      expect(section.split('\n')).toContain(line);
    }
    expect(page).toContain('| `id` | whole numbers, without a bound | required |');
    expect(page).toContain('Zeros are exported from the start.');
    expect(page).toContain('Base-2 buckets, at most 20.');
    expect(page).toContain('over 4w. Most are small.');
    expect(page).toContain('6 instruments; at most 2,110 series, 55 kB.');
  });

  it('asks a question of each in PromQL and SQL', () => {
    for (const line of [
      'histogram_quantile(0.95, sum by (le) (rate(job_latency_seconds_bucket[5m])))',
      'sum by (kind) (rate(job_latency_seconds_count[5m]))',
      'sum(rate(job_latency_seconds_bucket{le=~"1(\\\\.0)?"}[30d]))',
      'histogram_quantile(0.95, sum(rate(smooth_bytes[5m])))',
      'histogram_fraction(0, 1000, sum(rate(smooth_bytes[4w])))',
      'sum by (ok) (rate(calls_total[5m]))',
      'avg (ready_ratio)',
      'sum (active)',
      'FROM otel_metrics_histogram',
      'FROM otel_metrics_exponential_histogram',
      'FROM otel_metrics_gauge',
      "WHERE MetricName = 'calls' AND TimeUnix > now() - INTERVAL 1 HOUR",
    ]) {
      expect(page.split('\n')).toContain(line);
    }
  });

  it('is the same for the same registries, and puts several on one page', () => {
    expect(pageOf(everyKind)).toBe(page);
    const both = pageOf(everyKind, hostile);
    expect(both.match(/^## Registry /gm)).toHaveLength(2);
  });

  it('shows hostile declarations as they are, and lets nothing of them be markup', () => {
    const text = pageOf(hostile);
    const fenced = text.replace(/^```(\w+)\n[\s\S]*?^```$/gm, '').replace(/<!--[\s\S]*?-->/, '');
    const outside = fenced.replace(/<code>[\w .,:;/&#-]*<\/code>/g, 'CODE');
    // What is in code is no markup; runs of backticks are matched longest first.
    const prose = outside.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, 'CODE');
    expect(prose).not.toMatch(/<[a-z/!]/i);
    expect(prose).not.toMatch(/(?<!\\)`/);
    expect(prose).not.toMatch(/-->/);
    expect(text.match(/^# /gm)).toHaveLength(1);
    expect(text.match(/^```(promql|sql)$/gm)).toHaveLength(6);
    expect(text.match(/^```$/gm)).toHaveLength(6);
    // As many cells in each line as in the header of its table.
    const cells = (line: string) => line.replace(/\\./g, '').split('|').length;
    for (const table of text.match(/(^\|.*\|\n)+/gm) ?? []) {
      const lines = table.trimEnd().split('\n');
      expect(new Set(lines.map(cells)).size, table).toBe(1);
    }
    // No line of a description begins a list, a heading or a block.
    expect(text).toContain('\n\\- &lt;/td&gt;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/);
  });
});
