/**
 * A stand-in for PostgreSQL, so that the tests of `pg` need Node alone: it speaks the wire protocol
 * (version 3.0) as far as the driver uses it, knows no SQL, and answers each query as the test says,
 * when the test says. What depends on the real server is in `test/e2e/database.test.ts`.
 *
 * Source: PostgreSQL, "Frontend/Backend Protocol": "Message Flow" and "Message Formats".
 */
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

/** How a query is answered. */
export type Answer =
  /** Rows of one column of text. */
  | { readonly rows?: readonly string[]; readonly tag?: string }
  /** An error: SQLSTATE, and what it says. */
  | { readonly error: string; readonly message?: string }
  /** The connection is cut. */
  | 'cut';

export interface PgServer {
  readonly port: number;
  /** Texts of the queries that came in, in order. */
  readonly queries: readonly string[];
  /** Connections that are open now. */
  readonly open: number;
  /** Answers queries; set by the test. */
  answer: (text: string) => Answer | Promise<Answer>;
  /** Called before a connection is let in; what it waits for delays that. */
  admit: () => void | Promise<void>;
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startPgServer(): Promise<PgServer> {
  const sockets = new Set<Socket>();
  const queries: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    void serve(socket, handle);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const handle: PgServer = {
    port: (server.address() as AddressInfo).port,
    queries,
    get open() {
      return sockets.size;
    },
    answer: () => ({ rows: ['1'] }),
    admit: () => undefined,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      handle.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return handle;
}

/** Messages of one connection, one after the other: type and body; the first has no type. */
async function* messages(socket: Socket): AsyncGenerator<readonly [string, Buffer]> {
  let buffer = Buffer.alloc(0);
  let isStarted = false;
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk as Buffer]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (buffer.length < header + 4) break;
      const end = header + buffer.readInt32BE(header);
      if (buffer.length < end) break;
      const type = isStarted ? String.fromCharCode(buffer[0] as number) : 'startup';
      const body = buffer.subarray(header + 4, end);
      buffer = buffer.subarray(end);
      isStarted = true;
      yield [type, body];
    }
  }
}

async function serve(socket: Socket, server: PgServer): Promise<void> {
  const statements = new Map<string, string>();
  let bound = '';
  let rest: readonly string[] | undefined;
  let tag = '';
  let isSkipping = false;
  const send = (...parts: Buffer[]): void => void socket.write(Buffer.concat(parts));

  const ask = async (text: string): Promise<Answer> => {
    (server.queries as string[]).push(text);
    return server.answer(text);
  };
  try {
    for await (const [type, body] of messages(socket)) {
      if (isSkipping && type !== 'S') continue;
      switch (type) {
        case 'startup':
          await server.admit();
          send(message('R', int32(0)), message('Z', Buffer.from('I')));
          break;
        case 'Q': {
          const answer = await ask(body.toString('utf8', 0, body.length - 1));
          if (answer === 'cut') return void socket.destroy();
          send(...replyTo(answer), message('Z', Buffer.from('I')));
          break;
        }
        case 'P': {
          const [name, text] = strings(body);
          statements.set(name ?? '', text ?? '');
          send(message('1'));
          break;
        }
        case 'B':
          bound = statements.get(strings(body)[1] ?? '') ?? '';
          rest = undefined;
          send(message('2'));
          break;
        case 'D':
          send(rowDescription());
          break;
        case 'E': {
          if (rest === undefined) {
            const answer = await ask(bound);
            if (answer === 'cut') return void socket.destroy();
            if ('error' in answer) {
              isSkipping = true;
              send(...replyTo(answer));
              break;
            }
            rest = answer.rows ?? [];
            tag = answer.tag ?? `SELECT ${rest.length}`;
          }
          const most = body.readInt32BE(body.length - 4) || rest.length;
          send(...rest.slice(0, most).map(dataRow));
          rest = rest.slice(most);
          send(rest.length > 0 ? message('s') : message('C', text0(tag)));
          break;
        }
        case 'S':
          isSkipping = false;
          send(message('Z', Buffer.from('I')));
          break;
        case 'X':
          return void socket.end();
        default:
      }
    }
  } catch {
    // The client has gone.
  }
}

function replyTo(answer: Exclude<Answer, 'cut'>): Buffer[] {
  if ('error' in answer) {
    const fields = ['SERROR', 'VERROR', `C${answer.error}`, `M${answer.message ?? 'refused'}`];
    return [message('E', Buffer.concat([...fields.map(text0), Buffer.from([0])]))];
  }
  const { rows = [], tag = `SELECT ${rows.length}` } = answer;
  return [rowDescription(), ...rows.map(dataRow), message('C', text0(tag))];
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

/** One column of text, `value`. */
function rowDescription(): Buffer {
  const column = [text0('value'), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)];
  return message('T', Buffer.concat([int16(1), ...column]));
}

function dataRow(value: string): Buffer {
  const bytes = Buffer.from(value);
  return message('D', Buffer.concat([int16(1), int32(bytes.length), bytes]));
}

function strings(body: Buffer): readonly string[] {
  return body.toString('utf8').split('\0');
}

function text0(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}
