import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../engines/', import.meta.url));

/** What is used of the package `chdb`, which has no place in the project's own dependencies. */
interface Session {
  query(sql: string, format?: string): string;
  queryBind(sql: string, values: object, format?: string): string;
  close?(): void;
}

/** The real ClickHouse engine, inside this process. */
export interface Engine {
  /** Where it keeps everything; goes with {@link Engine.stop}. */
  readonly folder: string;
  /** Runs a statement that gives nothing. */
  run(sql: string): void;
  /** The rows of a query, with its parameters (`{from:DateTime}`) given by name. */
  rows<Row>(sql: string, parameters?: Readonly<Record<string, unknown>>): readonly Row[];
  stop(): void;
}

/** Starts an engine with nothing in it. One at a time for a process. */
export function startEngine(): Engine {
  if (!existsSync(join(folder, 'node_modules/chdb'))) {
    throw new Error(
      'The ClickHouse engine is not installed. Get it (550 MB) by: npm ci --prefix test/e2e/engines',
    );
  }
  const { Session } = createRequire(join(folder, 'package.json'))('chdb') as {
    readonly Session: new (path: string) => Session;
  };
  const data = mkdtempSync(join(tmpdir(), 'meterbook-clickhouse-'));
  const session = new Session(data);
  return {
    folder: data,
    run: (sql) => void session.query(sql, 'JSONEachRow'),
    rows<Row>(sql: string, parameters: Readonly<Record<string, unknown>> = {}) {
      const text =
        Object.keys(parameters).length === 0
          ? session.query(sql, 'JSONEachRow')
          : session.queryBind(sql, parameters, 'JSONEachRow');
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Row);
    },
    stop() {
      session.close?.();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
