import { Writable } from 'node:stream';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import winston from 'winston';
import { logFields, withAttributes } from '../../src/index.js';

const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};
const span = {
  trace_id: spanContext.traceId,
  span_id: spanContext.spanId,
  trace_flags: '01',
};
const inSpan = <Result>(fn: () => Result, of = spanContext): Result =>
  context.with(trace.setSpanContext(context.active(), of), fn);

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

describe('the fields of a log line', () => {
  it('are the context attributes, and the active span', () => {
    expect(logFields()).toEqual({});
    withAttributes({ 'organization.id': 'o', trace_id: 'not this one' }, () => {
      expect(inSpan(logFields)).toEqual({ 'organization.id': 'o', ...span });
    });
    expect(inSpan(logFields)).toEqual(span);
  });

  it('leave out a span that has no identity', () => {
    expect(inSpan(logFields, { traceId: '0'.repeat(32), spanId: '0', traceFlags: 0 })).toEqual({});
    expect(inSpan(logFields, { ...spanContext, traceFlags: 0 })).toMatchObject({
      trace_flags: '00',
    });
  });

  it('are a plain object of their own', () => {
    withAttributes({ a: 1 }, () => {
      const fields = logFields();
      fields['a'] = 2;
      expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
      expect(logFields()).toEqual({ a: 1 });
    });
  });

  it('are there without the span where that cannot be read', () => {
    const broken = {
      spanContext: () => {
        throw new Error('of a tracer');
      },
    };
    const active = trace.setSpan(context.active(), broken as never);
    withAttributes({ a: 1 }, () => {
      expect(context.with(active, logFields)).toEqual({ a: 1 });
    });
  });
});

/** Lines that a logger writes, parsed. */
function sink() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { lines, stream };
}

describe('with the real loggers', () => {
  const log = (info: () => void) =>
    withAttributes({ 'organization.id': 'o' }, () => inSpan(() => info()));

  it('are in every line of pino, by its mixin', () => {
    const { lines, stream } = sink();
    const logger = pino({ mixin: logFields }, stream);
    log(() => logger.info({ step: 1 }, 'hello'));
    expect(lines).toMatchObject([{ msg: 'hello', step: 1, 'organization.id': 'o', ...span }]);
  });

  it('are in every line of winston, by a format', () => {
    const { lines, stream } = sink();
    const { combine, json } = winston.format;
    const fields = winston.format((info) => Object.assign(info, logFields()));
    const logger = winston.createLogger({
      format: combine(fields(), json()),
      transports: [new winston.transports.Stream({ stream })],
    });
    log(() => logger.info('hello', { step: 1 }));
    expect(lines).toMatchObject([
      { level: 'info', message: 'hello', step: 1, 'organization.id': 'o', ...span },
    ]);
  });
});
