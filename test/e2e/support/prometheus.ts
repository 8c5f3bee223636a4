import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/pipeline.js';
import { freePort } from './free-port.js';

/** One series of the answer to an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus server of a test. */
export interface Prometheus {
  /** Base of its HTTP API. */
  readonly url: string;
  /** Asks for the value of an expression now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The one value of an expression; `undefined` for none, and an error for several. */
  value(expression: string): Promise<number | undefined>;
  stop(): Promise<void>;
}

/**
 * Starts a server on the loopback that scrapes one endpoint every second, with nothing kept.
 *
 * @param ruleFiles paths of files with rules to evaluate
 */
export async function startPrometheus(
  scraped: string,
  ruleFiles: readonly string[] = [],
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-prometheus-'));
  const { host, pathname } = new URL(scraped);
  const job = {
    job_name: 'meterbook',
    metrics_path: pathname,
    static_configs: [{ targets: [host] }],
  };
  const global = { scrape_interval: '1s', scrape_timeout: '1s' };
  // JSON is YAML.
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, JSON.stringify({ global, scrape_configs: [job], rule_files: ruleFiles }));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => {
    server.once('close', () => resolve());
    server.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  await until(
    'Prometheus is ready',
    async () => {
      if (!isRunning) throw new Error(`prometheus does not run: ${said}`);
      return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok ?? false;
    },
    30_000,
  );
  const query = async (expression: string): Promise<readonly Sample[]> => {
    const response = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { data, error } = (await response.json()) as {
      data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      error?: string;
    };
    if (data === undefined) throw new Error(`${expression}: ${error}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };
  return {
    url,
    query,
    async value(expression) {
      const samples = await query(expression);
      if (samples.length > 1) throw new Error(`${expression} has ${samples.length} series`);
      return samples[0]?.value;
    },
    async stop() {
      server.kill();
      await ended;
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
