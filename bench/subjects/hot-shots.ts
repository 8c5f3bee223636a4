import { Writable } from 'node:stream';
import { StatsD } from 'hot-shots';
import type { InstrumentSpec, MakeSubject, SubjectInstrument } from './subject.js';

const LINE_END = 10;

/** Takes what would go to the agent, and counts its lines. */
class Sink extends Writable {
  lines = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (const byte of chunk) if (byte === LINE_END) this.lines += 1;
    done();
  }
}

function instrumentOf(client: StatsD, { kind, name }: InstrumentSpec): SubjectInstrument {
  const send: SubjectInstrument['record'] =
    kind === 'histogram'
      ? (value, attributes) => client.distribution(name, value, attributes ?? {})
      : (value, attributes) => client.increment(name, value, attributes ?? {});
  return {
    record: send,
    bind: (attributes) => {
      // What its users have instead: a client that has the tags once and for all.
      const child = client.childClient({ globalTags: attributes as Record<string, string> });
      return kind === 'histogram'
        ? { record: (value) => child.distribution(name, value) }
        : { record: (value) => child.increment(name, value) };
    },
  };
}

/**
 * StatsD aggregates elsewhere: a measurement is a line of text, sent by the batch. Without a socket, so
 * that the network is no part of it. It has no series: it counts measurements alone.
 */
export const makeSubject: MakeSubject = (specs) => {
  const sink = new Sink();
  const client = new StatsD({
    protocol: 'stream',
    stream: sink,
    maxBufferSize: 8_192,
    bufferFlushInterval: 1_000_000,
  });
  const flush = () => new Promise((resolve) => client.close(resolve));
  return {
    instruments: specs.map((spec) => instrumentOf(client, spec)),
    collect: async () => undefined,
    async tally() {
      await flush();
      return { series: undefined, measurements: sink.lines };
    },
  };
};
