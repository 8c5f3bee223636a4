import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../support/free-port.js';
import { startServerProcess } from './server-process.js';

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

  const server = await startServerProcess({
    name: 'PostgreSQL',
    program: programOf('postgres'),
    args: [
      ...['-D', data, '-p', String(port)],
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    options,
    isReady: () => connects(config),
  });
  return {
    port,
    config,
    kill: () => server.end('SIGQUIT'),
    restart: server.restart,
    async stop() {
      await server.end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connects(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
