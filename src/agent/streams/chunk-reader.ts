import { createParser, type EventSourceParser } from 'eventsource-parser';
import { type ChunkFacts, NOTHING, type Recognize } from './chunk-facts.js';

/** Lines by which server-sent events begin. */
const FIELD = /^\uFEFF?(?:data|event|id|retry|):/;

/** What ends an answer of OpenAI, and of those that speak like it. */
const DONE = '[DONE]';

/**
 * Characters of one event, beyond which the stream is taken for something else than events: more
 * than a picture in an event has, and little enough to be held once for each stream.
 */
const MAX_EVENT = 4_194_304;

/**
 * Tells what the chunks of one stream say. Objects go to the recognizer as they are; bytes, and text
 * that begins as server-sent events do, are read as such, and the JSON of each event goes there.
 *
 * Source: HTML Living Standard, "Server-sent events".
 */
export class ChunkReader {
  private events: EventReader | undefined;
  private isPlainText = false;

  constructor(private readonly recognize: Recognize<unknown>) {}

  /** What a chunk says, once for each event in it. Never throws. */
  read(chunk: unknown): readonly ChunkFacts[] {
    try {
      if (typeof chunk === 'string') return this.readText(chunk);
      if (chunk instanceof Uint8Array) return this.eventReader().readBytes(chunk);
    } catch {
      return [];
    }
    return [this.factsOf(chunk)];
  }

  /** What a value says that is one chunk, or the whole of an answer. */
  factsOf(value: unknown): ChunkFacts {
    try {
      return this.recognize(value) ?? NOTHING;
    } catch {
      return NOTHING;
    }
  }

  private readText(text: string): readonly ChunkFacts[] {
    if (this.events === undefined && text !== '') {
      this.isPlainText ||= !FIELD.test(text);
      if (this.isPlainText) return [this.factsOf(text)];
    }
    return text === '' ? [] : this.eventReader().readText(text);
  }

  private eventReader(): EventReader {
    this.events ??= new EventReader((value) => this.factsOf(value));
    return this.events;
  }
}

/** Reads server-sent events, however they and their characters are cut into chunks. */
class EventReader {
  private readonly decoder = new TextDecoder();
  private readonly parser: EventSourceParser;
  private found: ChunkFacts[] = [];

  constructor(factsOf: (value: unknown) => ChunkFacts) {
    this.parser = createParser({
      maxBufferSize: MAX_EVENT,
      onEvent: ({ data }) => this.found.push(factsOfEvent(data, factsOf)),
    });
  }

  readBytes(bytes: Uint8Array): readonly ChunkFacts[] {
    return this.readText(this.decoder.decode(bytes, { stream: true }));
  }

  readText(text: string): readonly ChunkFacts[] {
    this.found = [];
    this.parser.feed(text);
    return this.found;
  }
}

function factsOfEvent(data: string, factsOf: (value: unknown) => ChunkFacts): ChunkFacts {
  if (data === DONE) return { isFinal: true };
  try {
    return factsOf(JSON.parse(data));
  } catch {
    // Not JSON: an event that the provider, or somebody on the way, uses for something else.
    return NOTHING;
  }
}
