import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MeterbookError } from '../../../src/errors.js';
import {
  combineContext,
  contextFromHeaders,
  contextHeaders,
  headerContext,
} from '../../../src/http/context/index.js';

const trusting = () => headerContext({ trust: true });

/** The headers as a real server has them. */
async function received(headers: Record<string, string | string[]>): Promise<IncomingMessage> {
  const server = createServer((request, response) => {
    response.end();
    server.emit('seen', request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const seen = new Promise<IncomingMessage>((resolve) => server.once('seen', resolve));
  const { port } = server.address() as AddressInfo;
  get({ port, host: '127.0.0.1', headers, agent: false }).on('response', (it) => it.resume());
  const request = await seen;
  server.close();
  return request;
}

describe('a reader of headers', () => {
  it('takes the five headers by default, from what a server has received', async () => {
    const { headers } = await received({
      'X-Organization-Id': 'org-1',
      'x-project-id': 'p:1',
      'x-base-template-id': 'b.1',
      'x-template-id': 't_1',
      'x-agent-id': 'A1',
      'x-other': 'no',
    });
    expect(trusting()(headers)).toEqual({
      'organization.id': 'org-1',
      'project.id': 'p:1',
      'base_template.id': 'b.1',
      'template.id': 't_1',
      'agent.id': 'A1',
    });
  });

  it('reads web Headers, a getter and a plain object alike', () => {
    const expected = { 'agent.id': 'a' };
    expect(trusting()(new Headers({ 'X-Agent-Id': 'a' }))).toEqual(expected);
    expect(trusting()((name) => (name === 'x-agent-id' ? 'a' : null))).toEqual(expected);
    expect(trusting()({ 'x-agent-id': 'a', get: 'a header of that name' })).toEqual(expected);
    expect(trusting()({ accept: '*/*' })).toBeUndefined();
    expect(trusting()({})).toBeUndefined();
  });

  it('takes another map, or the default one with more', () => {
    const headers = { 'x-agent-id': 'a', 'x-plan': 'gold' };
    expect(headerContext({ trust: true, map: { 'X-Plan': 'plan' } })(headers)).toEqual({
      plan: 'gold',
    });
    const more = headerContext({ trust: true, map: { ...contextHeaders, 'x-plan': 'plan' } });
    expect(more(headers)).toEqual({ 'agent.id': 'a', plan: 'gold' });
  });

  it('takes the first value of a header that comes twice, or with commas', async () => {
    const { headers } = await received({ 'x-agent-id': ['first', 'second'] });
    expect(headers['x-agent-id']).toBe('first, second');
    expect(trusting()(headers)).toEqual({ 'agent.id': 'first' });
    expect(trusting()({ 'x-agent-id': ['first', 'second'] })).toEqual({ 'agent.id': 'first' });
    expect(trusting()({ 'x-agent-id': ', second' })).toBeUndefined();
  });

  it('leaves out what is too long or has other characters, and counts it', () => {
    const reader = trusting();
    const long = 'x'.repeat(65);
    expect(
      reader({
        'x-organization-id': long,
        'x-project-id': 'a b',
        'x-template-id': 'é',
        'x-agent-id': 'x'.repeat(64),
        'x-base-template-id': '',
      }),
    ).toEqual({ 'agent.id': 'x'.repeat(64) });
    expect(reader({ 'x-agent-id': '<script>' })).toBeUndefined();
    expect(reader.rejected()).toEqual({
      untrusted: 0,
      too_long: 1,
      invalid_characters: 3,
      malformed: 0,
      unreadable: 0,
    });
  });

  it('tests characters one by one: no expression can backtrack, flags do no harm', () => {
    const reader = headerContext({ trust: true, characters: /^(a+)+$/g, maxLength: 256 });
    const evil = `${'a'.repeat(255)}!`;
    expect(reader({ 'x-agent-id': evil })).toBeUndefined();
    expect(reader({ 'x-agent-id': 'a'.repeat(256) })).toEqual({ 'agent.id': 'a'.repeat(256) });
    const unicode = headerContext({ trust: true, characters: /\p{Letter}/u });
    expect(unicode({ 'x-agent-id': 'é𝒳' })).toEqual({ 'agent.id': 'é𝒳' });
  });

  it('asks whether a request is trusted, once, and only where there is something to trust', () => {
    const asked: unknown[] = [];
    const reader = headerContext({
      trust: (request) => {
        asked.push(request);
        if (request === 'broken') throw new Error('of the application');
        return request === 'private';
      },
    });
    const headers = { 'x-agent-id': 'a', 'x-project-id': 'p' };
    expect(reader({}, 'private')).toBeUndefined();
    expect(asked).toEqual([]);
    expect(reader(headers, 'private')).toEqual({ 'agent.id': 'a', 'project.id': 'p' });
    expect(reader(headers, 'public')).toBeUndefined();
    expect(reader(headers, 'broken')).toBeUndefined();
    expect(asked).toEqual(['private', 'public', 'broken']);
    expect(reader.rejected()).toMatchObject({ untrusted: 2 });
  });

  it('never throws, whatever the source does', () => {
    const reader = trusting();
    const hostile = () => {
      throw new Error('of the application');
    };
    expect(reader(hostile)).toBeUndefined();
    expect(reader({ get: hostile })).toBeUndefined();
    expect(reader(undefined as never)).toBeUndefined();
    expect(reader((() => 5) as never)).toBeUndefined();
    expect(reader.rejected()).toMatchObject({ unreadable: 3 });
  });

  it.each([
    ['no trust', {}, 'trust'],
    ['trust: false', { trust: false }, 'trust'],
    ['a maxLength of 0', { trust: true, maxLength: 0 }, 'maxLength'],
    ['a maxLength of 257', { trust: true, maxLength: 257 }, 'maxLength'],
    ['characters as text', { trust: true, characters: 'a-z' }, 'characters'],
    ['an empty map', { trust: true, map: {} }, 'nothing to read'],
    ['no header name', { trust: true, map: { 'x a': 'b' } }, 'x a'],
    ['no attribute name', { trust: true, map: { 'x-a': '' } }, 'attribute name'],
    ['a short key', { trust: true, hash: { key: 'secret' } }, '6 bytes'],
    [
      'an attribute to hash that is not read',
      { trust: true, hash: { key: 'k'.repeat(16), attributes: ['x'] } },
      '"x"',
    ],
  ])('refuses %s when it is made', (_, options, named) => {
    const make = () => headerContext(options as never);
    expect(make).toThrow(MeterbookError);
    expect(make).toThrow(/\[INVALID_SETUP\].*headerContext|\[INVALID_SETUP\].*key/);
    expect(make).toThrow(named);
  });

  it('never shows the key of a hash in an error', () => {
    expect(() => headerContext({ trust: true, hash: { key: 'hush' } })).not.toThrow('hush');
  });
});

describe('contextFromHeaders', () => {
  it('is the same in one call, and keeps the reader of an options object', () => {
    const options = { trust: true } as const;
    expect(contextFromHeaders({ 'x-agent-id': 'a' }, options)).toEqual({ 'agent.id': 'a' });
    expect(contextFromHeaders({}, options)).toEqual({});
    expect(() => contextFromHeaders({}, {} as never)).toThrow(MeterbookError);
    expect(() => contextFromHeaders({}, undefined as never)).toThrow(MeterbookError);
  });
});

describe('combineContext', () => {
  it('gives what any reader gives, the later one going before', () => {
    const both = combineContext(
      trusting(),
      () => undefined,
      () => ({ 'agent.id': 'later', plan: 'gold' }),
      () => {
        throw new Error('of the application');
      },
    );
    expect(both({ 'x-agent-id': 'a', 'x-project-id': 'p' })).toEqual({
      'agent.id': 'later',
      'project.id': 'p',
      plan: 'gold',
    });
    expect(combineContext()({})).toBeUndefined();
    expect(() => combineContext({} as never)).toThrow(MeterbookError);
  });
});
