import type { AddressInfo } from 'node:net';
import mysql from 'mysql2';

/** A server of `mysql2` itself, that lets everybody in and answers each query with one row. */
export interface MysqlServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** What the server has that its types leave out. */
interface Listening {
  readonly _server: { address(): AddressInfo };
  listen(port: number, host: string, backlog: undefined, listening: () => void): void;
}

/** One side of a connection, as the server gets it. */
interface ServerConnection {
  serverHandshake(handshake: object): void;
  /** Number of the next packet: 0 at the start of each command, which the server has to see to. */
  sequenceId: number;
  writeTextResult(rows: object[], columns: object[]): void;
  on(event: string, listener: () => void): void;
  close(): void;
}

const LONG = 3;
const UTF8 = 33;

const COLUMNS = [
  {
    catalog: 'def',
    schema: '',
    table: '',
    orgTable: '',
    name: 'value',
    orgName: 'value',
    characterSet: UTF8,
    columnLength: 1,
    columnType: LONG,
    flags: 0,
    decimals: 0,
  },
];

export async function startMysqlServer(): Promise<MysqlServer> {
  const connections = new Set<ServerConnection>();
  const server = mysql.createServer((given) => {
    const connection = given as unknown as ServerConnection;
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('query', () => {
      connection.writeTextResult([{ value: 1 }], COLUMNS);
      connection.sequenceId = 0;
    });
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0',
      connectionId: connections.size,
      statusFlags: 2,
      characterSet: UTF8,
      capabilityFlags: 0xffffff ^ 0x800,
      authCallback(_user: object, admit: (error: null) => void) {
        admit(null);
        connection.sequenceId = 0;
      },
    });
  });
  await new Promise<void>((resolve) => {
    (server as unknown as Listening).listen(0, '127.0.0.1', undefined, resolve);
  });
  return {
    port: (server as unknown as Listening)._server.address().port,
    stop: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.close();
        server.close(() => resolve());
      }),
  };
}
