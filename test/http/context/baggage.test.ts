import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeterbookError } from '../../../src/errors.js';
import { baggageContext } from '../../../src/http/context/index.js';

const keys = { org: 'organization.id', 'agent.id': 'agent.id' };
const read = (baggage: string, options = {}) =>
  baggageContext({ keys, trust: true, ...options })({ baggage });

describe('a reader of baggage headers', () => {
  it('takes the keys that are listed, and no others', () => {
    expect(read('org=o-1,secret=x, agent.id = a ;ttl=5;flag')).toEqual({
      'organization.id': 'o-1',
      'agent.id': 'a',
    });
    expect(read('secret=x')).toBeUndefined();
    expect(baggageContext({ keys: ['org'], trust: true })({ baggage: 'org=o' })).toEqual({
      org: 'o',
    });
    expect(baggageContext({ keys, trust: true })({})).toBeUndefined();
  });

  it('reads several headers as one', () => {
    const reader = baggageContext({ keys, trust: true });
    expect(reader({ baggage: ['org=o', 'agent.id=a'] })).toEqual({
      'organization.id': 'o',
      'agent.id': 'a',
    });
  });

  it('decodes, then validates as headers are', () => {
    const reader = baggageContext({ keys, trust: true, characters: /[\w ]/, maxLength: 5 });
    expect(reader({ baggage: 'org=a%20b,agent.id=too%20long' })).toEqual({
      'organization.id': 'a b',
    });
    expect(read('org=a%20b')).toBeUndefined();
    expect(reader.rejected()).toMatchObject({ too_long: 1 });
  });

  it('leaves out what breaks the grammar, and counts it', () => {
    const reader = baggageContext({ keys, trust: true });
    const broken = 'org=%zz,org=a b,org="x",o(rg=x,=x,noequals,,agent.id=a';
    expect(reader({ baggage: broken })).toEqual({ 'agent.id': 'a' });
    expect(reader.rejected()).toMatchObject({ malformed: 6 });
  });

  it('reads 64 entries and 8,192 bytes at most', () => {
    const fill = (n: number) => Array.from({ length: n }, (_, i) => `k${i}=v`).join(',');
    expect(read(`${fill(63)},org=o`)).toEqual({ 'organization.id': 'o' });
    expect(read(`${fill(64)},org=o`)).toBeUndefined();
    const pad = (bytes: number) => `org=o,pad=${'x'.repeat(bytes - 10)}`;
    expect(pad(8_192)).toHaveLength(8_192);
    expect(read(pad(8_192))).toEqual({ 'organization.id': 'o' });
    expect(read(pad(8_193))).toBeUndefined();
  });

  it('must be told whom to trust, and asks before it reads', () => {
    expect(() => baggageContext({ keys } as never)).toThrow(MeterbookError);
    expect(() => baggageContext({ trust: true } as never)).toThrow(MeterbookError);
    const reader = baggageContext({ keys, trust: (request) => request === 'private' });
    expect(reader({ baggage: 'org=o' }, 'public')).toBeUndefined();
    expect(reader({ baggage: 'org=o' }, 'private')).toEqual({ 'organization.id': 'o' });
    expect(reader.rejected()).toMatchObject({ untrusted: 1 });
  });
});

describe('with baggage active in OpenTelemetry', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterAll(() => context.disable());

  it('takes that, whatever the header says', () => {
    const reader = baggageContext({ keys, trust: true });
    const baggage = propagation.createBaggage({ org: { value: 'active' }, other: { value: 'x' } });
    const active = propagation.setBaggage(context.active(), baggage);
    context.with(active, () => {
      expect(reader({ baggage: 'org=header,agent.id=a' })).toEqual({ 'organization.id': 'active' });
    });
    expect(reader({ baggage: 'org=header' })).toEqual({ 'organization.id': 'header' });
  });

  it('reads headers as the official propagator does', () => {
    const headers = [
      'org=o,agent.id=a',
      'org=first,org=last',
      'org=a%C3%A9;property=1',
      ' org = spaced ,agent.id=b',
    ];
    const reader = baggageContext({ keys, trust: true, characters: /./u });
    for (const baggage of headers) {
      const extracted = new W3CBaggagePropagator().extract(
        context.active(),
        { baggage },
        {
          get: (carrier, key) => (carrier as Record<string, string>)[key],
          keys: () => ['baggage'],
        },
      );
      const official = context.with(extracted, () => reader({}));
      expect(reader({ baggage }), baggage).toEqual(official);
    }
  });
});
