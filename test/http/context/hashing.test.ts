import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { headerContext, keyedHash } from '../../../src/http/context/index.js';

const key = 'a secret of more than 16 bytes';

describe('the keyed hash', () => {
  it('is HMAC-SHA-256, its first 16 hexadecimal digits', () => {
    const expected = createHmac('sha256', key).update('org-1').digest('hex').slice(0, 16);
    expect(keyedHash(key)('org-1')).toBe(expected);
    expect(keyedHash(Buffer.from(key))('org-1')).toBe(expected);
    expect(keyedHash(`${key}!`)('org-1')).not.toBe(expected);
  });

  it('stands for the values of some attributes, or of all', () => {
    const headers = { 'x-organization-id': 'org-1', 'x-agent-id': 'a' };
    const hash = keyedHash(key);
    expect(headerContext({ trust: true, hash: { key } })(headers)).toEqual({
      'organization.id': hash('org-1'),
      'agent.id': hash('a'),
    });
    const some = { key, attributes: ['organization.id'] };
    expect(headerContext({ trust: true, hash: some })(headers)).toEqual({
      'organization.id': hash('org-1'),
      'agent.id': 'a',
    });
  });

  it('stays right, in bounded memory, past what it remembers', () => {
    const hash = keyedHash(key);
    const first = hash('0');
    for (let i = 1; i <= 10_000; i++) hash(String(i));
    expect(hash('0')).toBe(first);
    expect(hash('9999')).toBe(keyedHash(key)('9999'));
  });

  it('copies the key', () => {
    const bytes = Buffer.from(key);
    const hash = keyedHash(bytes);
    bytes.fill(0);
    expect(hash('x')).toBe(keyedHash(key)('x'));
  });
});
