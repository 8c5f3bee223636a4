import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.js';
import { startServerProcess } from './server-process.js';

/** One series of the answer to an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one series, oldest first. */
export interface SampleHistory {
  readonly labels: Readonly<Record<string, string>>;
  /** When, seconds since the Unix epoch, and what. */
  readonly samples: readonly (readonly [seconds: number, value: number])[];
}

/** What a server of a test takes beyond the ordinary. */
export interface PrometheusOptions {
  /** Default: `prometheus`, from the path. */
  readonly program?: string;
  /** More arguments. */
  readonly flags?: readonly string[];
  /** Whether the labels of what is scraped win over those of the target. */
  readonly honorLabels?: boolean;
  /** How much older than the newest a sample that is written may be; default not at all. */
  readonly outOfOrder?: string;
  /** Paths of files with rules to evaluate. */
  readonly ruleFiles?: readonly string[];
}

/** A Prometheus server of a test. */
export interface Prometheus {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Asks for the value of an expression now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The one value of an expression; `undefined` for none, and an error for several. */
  value(expression: string): Promise<number | undefined>;
  /** Every sample of the last hour of the series that a selector selects. */
  history(selector: string): Promise<readonly SampleHistory[]>;
  /** Ends it at once, as when the machine is lost. */
  kill(): Promise<void>;
  /** Starts it again, with its data and at its port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A series in the answer of the server. */
interface Answered {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Starts a server on the loopback that scrapes one endpoint, if any, every second. */
export async function startPrometheus(
  scraped?: string,
  options: PrometheusOptions = {},
): Promise<Prometheus> {
  const { program = 'prometheus', flags = [], honorLabels = false, outOfOrder = '0s' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-prometheus-'));
  const jobs = (scraped === undefined ? [] : [new URL(scraped)]).map(({ host, pathname }) => ({
    job_name: 'meterbook',
    metrics_path: pathname,
    honor_labels: honorLabels,
    static_configs: [{ targets: [host] }],
  }));
  const global = { scrape_interval: '1s', scrape_timeout: '1s' };
  // JSON is YAML.
  const config = join(folder, 'prometheus.yml');
  const storage = { tsdb: { out_of_order_time_window: outOfOrder } };
  const settings = { global, scrape_configs: jobs, storage, rule_files: options.ruleFiles ?? [] };
  writeFileSync(config, JSON.stringify(settings));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = await startServerProcess({
    name: 'Prometheus',
    program,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=error',
      ...flags,
    ],
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  const ask = async (expression: string): Promise<readonly Answered[]> => {
    const response = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { data, error } = (await response.json()) as {
      data?: { result: readonly Answered[] };
      error?: string;
    };
    if (data === undefined) throw new Error(`${expression}: ${error}`);
    return data.result;
  };
  const query = async (expression: string): Promise<readonly Sample[]> =>
    (await ask(expression)).map(({ metric, value }) => ({
      labels: metric,
      value: Number(value?.[1]),
    }));
  return {
    url,
    query,
    async history(selector) {
      const series = await ask(`${selector}[1h]`);
      return series.map(({ metric, values = [] }) => ({
        labels: metric,
        samples: values.map(([seconds, value]) => [seconds, Number(value)] as const),
      }));
    },
    kill: () => server.end('SIGKILL'),
    restart: server.restart,
    async value(expression) {
      const samples = await query(expression);
      if (samples.length > 1) throw new Error(`${expression} has ${samples.length} series`);
      return samples[0]?.value;
    },
    async stop() {
      await server.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What `promtool check metrics` says of an exposition: its complaints, one a line, and its code. */
export function promtoolCheck(exposition: string): {
  readonly code: number;
  readonly said: string;
} {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`promtool does not run: ${error.message}`);
  return { code: status ?? -1, said: `${stdout}${stderr}`.trim() };
}
