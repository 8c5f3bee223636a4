import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CollectorOptions, CollectorPorts } from '../../../src/artefacts/index.js';
import { freePort } from '../../support/free-port.js';
import { startServerProcess } from './server-process.js';

/** What the configurations take from the environment. */
const SECRETS = {
  CLICKHOUSE_USER: 'otel',
  CLICKHOUSE_PASSWORD: 'a password',
  SIGNOZ_INGESTION_KEY: 'an ingestion key',
};

/** A Collector of a test. */
export interface Collector {
  /** Where meterbook sends to: `http://127.0.0.1:port`. */
  readonly url: string;
  readonly ports: CollectorPorts;
  /** What it has logged. */
  said(): string;
  /** One of its own metrics, summed over its series; `undefined` if it has none of that name. */
  ownMetric(name: string): Promise<number | undefined>;
  /** Ends it: SIGTERM lets it finish what it has begun, SIGKILL does not. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again, with its queues and at its ports. */
  restart(): Promise<void>;
  /** Ends it and removes its queues. */
  stop(): Promise<void>;
}

/** A folder and ports of its own for a Collector, so that several run side by side. */
export interface CollectorPlace {
  readonly folder: string;
  readonly options: Required<Pick<CollectorOptions, 'ports' | 'storageDirectory'>> & {
    readonly ports: CollectorPorts;
  };
}

/** Where a Collector may be: nothing is made until it starts. */
export async function collectorPlace(): Promise<CollectorPlace> {
  const folder = join(tmpdir(), `meterbook-otelcol-${randomUUID()}`);
  const ports = {
    grpc: await freePort(),
    http: await freePort(),
    scrape: await freePort(),
    health: await freePort(),
    pprof: await freePort(),
    zpages: await freePort(),
    telemetry: await freePort(),
    remoteWriteHop: await freePort(),
  };
  return { folder, options: { ports, storageDirectory: join(folder, 'queues') } };
}

/** What `otelcol validate` says of a configuration, and its code. */
export function validate(config: string): { readonly code: number; readonly said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-otelcol-'));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, config);
  const { status, stdout, stderr, error } = spawnSync(program(), ['validate', '--config', file], {
    encoding: 'utf8',
    env: { ...process.env, ...SECRETS },
  });
  rmSync(folder, { recursive: true });
  if (error !== undefined) throw new Error(`the Collector does not run: ${error.message}`);
  return { code: status ?? -1, said: `${stdout}${stderr}`.trim() };
}

/** Starts a Collector with a configuration made for its place, and waits until it is well. */
export async function startCollector(place: CollectorPlace, config: string): Promise<Collector> {
  const { folder } = place;
  const { ports } = place.options;
  mkdirSync(folder);
  const file = join(folder, 'config.yaml');
  writeFileSync(file, config);
  const server = await startServerProcess({
    name: 'the Collector',
    program: program(),
    args: ['--config', file],
    options: { env: { ...process.env, ...SECRETS } },
    isReady: async () => (await fetch(`http://127.0.0.1:${ports.health}/`)).ok,
  });
  return {
    url: `http://127.0.0.1:${ports.http}`,
    ports,
    said: server.said,
    async ownMetric(name) {
      const text = await (await fetch(`http://127.0.0.1:${ports.telemetry}/metrics`)).text();
      const lines = text.split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
      if (lines.length === 0) return undefined;
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    end: server.end,
    restart: server.restart,
    async stop() {
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function program(): string {
  const path = process.env['METERBOOK_OTELCOL'];
  if (path === undefined) throw new Error('run it by npm run test:e2e, which builds the Collector');
  return path;
}
