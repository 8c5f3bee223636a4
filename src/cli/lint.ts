import { errorsFirst, type Finding, lintManifests } from '../artefacts/index.js';
import type { Command, CommandIo } from './command.js';
import { failed, wrongUsage } from './failure.js';
import { liveApi } from './live-api.js';
import { momentOf } from './moments.js';
import { count, jsonOption, type OptionTable, readOptions } from './options.js';
import { prometheusApi } from './prometheus-api.js';
import { REGISTRY_OPTIONS, readRegistries } from './registries/read-registries.js';
import { seenByLive } from './seen-by-live.js';
import { seenByPrometheus } from './seen-by-prometheus.js';
import { withProgress } from './terminal/progress.js';
import { textTable } from './text-table.js';
import { type Seen, unusedIn } from './unused.js';

const NAME = 'meterbook lint';
const SUMMARY = 'what is unwise about a registry, and what of it nobody records';
const MAX_SERIES = 20_000;

const OPTIONS = {
  ...REGISTRY_OPTIONS,
  'max-series': {
    kind: 'value',
    takes: '<n>',
    help: `most series that one instrument may come to; default ${MAX_SERIES}`,
    section: 'What is looked for',
  },
  against: {
    kind: 'value',
    takes: '<url>',
    help: `ask what has been seen: a Prometheus, http://localhost:9090, or a live
view, http://127.0.0.1:4319, which knows what it has received`,
  },
  since: {
    kind: 'value',
    takes: '<moment>',
    help: 'count only what came since then: 30d, 2026-01-31; default all that is kept',
  },
  json: jsonOption(),
} as const satisfies OptionTable;

export const lint: Command = {
  summary: SUMMARY,
  group: 'Keep what is declared in order',
  usage: '--registry <module> [options]',
  about: `Names and units in names, what Prometheus makes of them, missing descriptions, attributes without a
bound, more series than a limit, buckets that do not cover an SLO. With --against also the
instruments, attributes and values that a Prometheus or a live view has never seen.`,
  options: OPTIONS,
  notes: 'Ends with 1 if there is an error; warnings alone end with 0.',
  examples: [
    { line: 'meterbook lint --registry ./src/metrics.ts', does: 'what is unwise' },
    {
      line: 'meterbook lint --registry meterbook/agent --against http://localhost:9090 --since 30d',
      does: 'and what nobody has recorded for a month',
    },
  ],
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<void> {
  const values = readOptions(args, OPTIONS, NAME);
  const maxSeries = count('--max-series', values['max-series'], 100_000_000) ?? MAX_SERIES;
  const since = momentOf('--since', values.since, Date.now());
  if (since !== undefined && values.against === undefined) {
    throw wrongUsage(
      '--since is about what has been seen.',
      'Name who has with --against, or drop --since.',
    );
  }
  const { against } = values;
  // Before a registry is loaded: an address that cannot be read is wrong usage.
  const ask = against === undefined ? undefined : seenAt(against, since, io);
  const manifests = await readRegistries(values, io, NAME);
  const unused =
    ask === undefined
      ? []
      : await withProgress(io, 'Asking what has been seen', async () =>
          unusedIn(manifests, await ask()),
        );
  const findings = errorsFirst([...lintManifests(manifests, { maxSeries }), ...unused]);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ errors, warnings, findings }, null, 2)}\n`
      : tableOf(findings),
  );
  if (errors > 0) {
    const all = `${errors} ${errors === 1 ? 'error' : 'errors'}`;
    throw failed(`${all} and ${warnings} warnings.`, 'Do what is said beside each error.', 'FOUND');
  }
}

/** Asks what is there: a live view tells that it is one, anything else is asked as a Prometheus is. */
function seenAt(url: string, since: Date | undefined, { env }: CommandIo): () => Promise<Seen> {
  const prometheus = prometheusApi(url, since);
  const token = env['METERBOOK_LIVE_TOKEN'] || undefined;
  const live = liveApi({ url, token }, '--against');
  return async () => {
    const isLive = await live.isThere().catch(() => false);
    return isLive ? seenByLive(live, since) : seenByPrometheus(prometheus);
  };
}

function tableOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing was found.\n';
  return textTable(
    ['severity', 'instrument', 'rule', 'what, and what to do'],
    findings.map((it) => [it.severity, it.instrument, it.rule, `${it.message} ${it.fix}`]),
  );
}
