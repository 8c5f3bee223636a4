import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../support/free-port.js';
import { until } from '../../support/pipeline.js';

/** A PostgreSQL server of a test. */
export interface Postgres {
  readonly port: number;
  /** How to connect to it. */
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** Ends it at once, connections and all, as when the machine is lost. */
  kill(): Promise<void>;
  /** Starts it again, with its data and at its port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian keeps the programs of each version, beside those in the path. */
const DEBIAN = '/usr/lib/postgresql';

/** The path of one of the server's programs. */
function programOf(name: string): string {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  const paths = versions.map((version) => join(DEBIAN, version, 'bin', name));
  return paths.find((path) => existsSync(path)) ?? name;
}

/** The server refuses to run as root: it then runs as the user that its package made. */
function runAs(): { readonly uid: number; readonly gid: number } | Record<never, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string): number =>
    Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a server on the loopback with nothing in it, which trusts everybody. */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-postgres-'));
  const user = runAs();
  if ('uid' in user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  const initialize = [
    '--pgdata',
    data,
    '--username=test',
    '--auth=trust',
    '--no-sync',
    '--no-locale',
  ];
  execFileSync(programOf('initdb'), [...initialize, '--encoding=UTF8'], {
    ...options,
    stdio: 'pipe',
  });
  const port = await freePort();
  const config = { host: '127.0.0.1', port, user: 'test', database: 'postgres' };
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };

  const start = async () => {
    const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const args = ['-D', data, '-p', String(port), ...flags];
    const server = spawn(programOf('postgres'), args, {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
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
      'PostgreSQL is ready',
      async () => {
        if (!isRunning) throw new Error(`postgres does not run: ${said}`);
        const client = new pg.Client(config);
        client.on('error', () => undefined);
        try {
          await client.connect();
          return true;
        } catch {
          return false;
        } finally {
          await client.end().catch(() => undefined);
        }
      },
      30_000,
    );
    return { server, ended };
  };

  let running = await start();
  const end = async (signal: 'SIGQUIT' | 'SIGINT'): Promise<void> => {
    running.server.kill(signal);
    await running.ended;
  };
  return {
    port,
    config,
    kill: () => end('SIGQUIT'),
    async restart() {
      running = await start();
    },
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
