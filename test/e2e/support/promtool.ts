import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artefact } from '../../../src/artefacts/index.js';

/** What a run of promtool has said, and its exit code. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

export function promtool(...args: readonly string[]): Said {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`promtool does not run: ${error.message}`);
  return { code: status ?? -1, text: `${stdout}${stderr}`.trim() };
}

/** Writes files below a folder, and tells their paths. */
export function writeArtefacts(folder: string, artefacts: readonly Artefact[]): readonly string[] {
  return artefacts.map(({ path, content }) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  });
}

/** One test of `promtool test rules`: series, and what an expression gives at a time. */
export interface RuleCase {
  readonly name: string;
  /** Time between two values of the series. */
  readonly interval: string;
  /** Series to their values, in promtool's notation: `0+10x60`. */
  readonly series: Readonly<Record<string, string>>;
  readonly expect: readonly {
    readonly at: string;
    readonly expr: string;
    /** Labels of a sample, as `{a="b"}`, to its value. */
    readonly samples: Readonly<Record<string, number>>;
  }[];
}

/** Runs the cases against the rules in one go; `text` names the cases that fail. */
export function testRules(
  folder: string,
  ruleFiles: readonly string[],
  cases: readonly RuleCase[],
): Said {
  const file = join(folder, 'cases.json');
  const tests = cases.map(({ name, interval, series, expect }) => ({
    name,
    interval,
    input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
    promql_expr_test: expect.map(({ at, expr, samples }) => ({
      expr,
      eval_time: at,
      exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
    })),
  }));
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ rule_files: ruleFiles, evaluation_interval: '30s', tests }));
  return promtool('test', 'rules', file);
}
