import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pgliteStore, postgresStore } from '../../src/jobs/index.js';
import { openPglite } from '../../src/jobs/store/pglite.js';
import { usePglite } from './support/database.js';
import { describeStore, started } from './support/store-suite.js';

describeStore('PGlite', usePglite());

describe('pgliteStore', () => {
  it('keeps its rows in a folder, and closes what it has opened', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meterbook-jobs-'));
    try {
      const first = await pgliteStore({ dataDir: folder });
      await first.write([started('a')], 1n);
      await first.close();
      await expect(first.get('a')).rejects.toThrow();
      const second = await pgliteStore({ dataDir: folder });
      expect(await second.get('a')).toMatchObject({ id: 'a' });
      await second.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says so where the package is not installed', async () => {
    const missing = Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' });
    const opening = openPglite({}, () => Promise.reject(missing));
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_SETUP' });
    await expect(opening).rejects.toThrow('npm install @electric-sql/pglite');
    const broken = new Error('broken');
    await expect(openPglite({}, () => Promise.reject(broken))).rejects.toBe(broken);
  });
});

describe('postgresStore', () => {
  it.each([undefined, null, {}, 5])('refuses %s for a pool', (pool) => {
    const make = () => postgresStore({ pool: pool as never });
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_SETUP' }));
  });
});
