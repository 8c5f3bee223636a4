import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Engine } from './chdb.js';

/** ClickHouse's HTTP interface, as much of it as the Collector's exporter uses, before an engine. */
export interface ClickHouseServer {
  readonly url: string;
  /** Every statement that came, in order, without the rows of inserts. */
  readonly statements: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves an engine over HTTP, so that the real exporter makes its tables and writes its rows. It
 * stands in for ClickHouse's own server alone, which is a gigabyte of another program around the same
 * engine: statements and rows go to the engine as they came, in ClickHouse's Native format.
 *
 * Two answers are made here, since the engine gives text: who the server is, which the client asks
 * first, and the columns of a table. The revision told is 0, the plain form of the Native format.
 */
export async function serveClickHouse(engine: Engine): Promise<ClickHouseServer> {
  const statements: string[] = [];
  const answer = async (request: IncomingMessage): Promise<Buffer> => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await buffer(request);
    const insert = searchParams.get('query');
    if (insert !== null) {
      statements.push(insert);
      insertNative(engine, insert, body);
      return Buffer.alloc(0);
    }
    const sql = body.toString();
    statements.push(sql);
    if (sql.startsWith('SELECT displayName(), version(), revision(), timezone()')) return HELLO;
    if (sql.startsWith('DESCRIBE TABLE')) return described(engine, sql);
    engine.run(sql);
    return Buffer.alloc(0);
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (bytes) => response.writeHead(200).end(bytes),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    statements,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `INSERT INTO … FORMAT Native` with the rows as they came. */
function insertNative(engine: Engine, insert: string, rows: Buffer): void {
  const file = join(engine.folder, 'rows.native');
  writeFileSync(file, rows);
  const into = insert.replace(/\s+FORMAT\s+Native\s*$/i, '').replace(/\s+VALUES[^)]*\)?\s*$/i, '');
  engine.run(`${into} SELECT * FROM file('${file}', 'Native')`);
  rmSync(file);
}

function described(engine: Engine, sql: string): Buffer {
  const rows = engine.rows<Readonly<Record<string, string>>>(sql);
  const columns = [
    'name',
    'type',
    'default_type',
    'default_expression',
    'comment',
    'codec_expression',
    'ttl_expression',
  ];
  return block(
    columns.map((name) => ({
      name,
      type: 'String',
      values: Buffer.concat(rows.map((row) => string(row[name] ?? ''))),
    })),
    rows.length,
  );
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly values: Buffer;
}

/** A block of the Native format at revision 0: numbers of columns and rows, then each column. */
function block(columns: readonly Column[], rows: number): Buffer {
  const parts = columns.flatMap(({ name, type, values }) => [string(name), string(type), values]);
  return Buffer.concat([varint(columns.length), varint(rows), ...parts]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

const HELLO_COLUMNS: readonly (readonly [string, string, Buffer])[] = [
  ['displayName()', 'String', string('meterbook')],
  ['version()', 'String', string('26.7.2.1')],
  ['revision()', 'UInt32', Buffer.from([0, 0, 0, 0])],
  ['timezone()', 'String', string('UTC')],
];

/**
 * The client reads this one answer at its own revision: before the block come its overflow flag and
 * bucket number (fields 1 and 2, and a 0 that ends them), and in each column, after the type, that it
 * has no special serialization.
 *
 * Source: clickhouse-go v2, `lib/proto/block.go`.
 */
const HELLO = Buffer.concat([
  Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]),
  block(
    HELLO_COLUMNS.map(([name, type, value]) => ({
      name,
      type,
      values: Buffer.concat([Buffer.from([0]), value]),
    })),
    1,
  ),
]);
