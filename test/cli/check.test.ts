import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockText, makeLock } from '../../src/artefacts/index.js';
import type { ManifestInstrument } from '../../src/declare/index.js';
import { changed, everyKind } from '../artefacts/support/registries.js';
import { type Folder, makeFolder } from './support/folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
  folder.json('m.json', everyKind);
});
afterEach(() => folder.remove());

const check = (...args: readonly string[]) => folder.run('check', '--registry', 'm.json', ...args);
const change = (property: string, fields: Partial<ManifestInstrument>) =>
  folder.json('m.json', changed(everyKind, property, fields));
const lock = () => readFileSync(join(folder.path, 'metrics.lock.json'), 'utf8');

describe('meterbook check', () => {
  it('asks for a lock file, writes it, and then has nothing to say', async () => {
    const none = await check();
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain(
      'There is no "metrics.lock.json". Run meterbook check with --update once',
    );
    const made = await check('--update');
    expect(made).toMatchObject({ code: 0, stdout: 'The registry is as the lock file has it.\n' });
    expect(made.stderr).toContain('"metrics.lock.json" is written. Commit it');
    expect(lock()).toBe(lockText(makeLock([everyKind])));
    expect(await check()).toEqual({
      code: 0,
      stderr: '',
      stdout: 'The registry is as the lock file has it.\n',
    });
    expect((await check('--update')).stderr).toBe('');
  });

  it('ends with 1 where something breaks, breaking changes first, and says what to do', async () => {
    await check('--update');
    const before = lock();
    folder.json('m.json', {
      ...changed(changed(everyKind, 'active', { unit: '{task}' }), 'calls', {
        description: 'Many.',
      }),
    });
    const { code, stdout, stderr } = await check();
    expect(code).toBe(1);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ['effect', 'instrument', 'field', 'before', 'after'],
      ['breaking', 'active', 'unit', '{job}', '{task}'],
      ['compatible', 'calls', 'description', '""', 'Many.'],
      [''],
    ]);
    expect(stderr).toBe(
      'meterbook: 1 of 2 changes break something. Do what the notes say, or run meterbook check with --update if nobody reads it any more.\n',
    );
    expect(lock()).toBe(before);
    expect((await check('--update')).code).toBe(0);
    expect((await check()).stdout).toBe('The registry is as the lock file has it.\n');
  });

  it('ends with 0 where nothing breaks, and --json is one document', async () => {
    await check('--update');
    change('active', { description: 'Busy.' });
    const { code, stdout, stderr } = await check('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      breaking: 0,
      changes: [
        {
          effect: 'compatible',
          scope: 'service',
          subject: 'active',
          field: 'description',
          before: '',
          after: 'Busy.',
          note: 'Text alone.',
        },
      ],
    });
    expect(stderr).toContain('Nothing breaks. Record the changes with meterbook check --update.');
  });

  it('takes a rename that is declared for none, as long as it lasts', async () => {
    await check('--update');
    const rename = (until: string) =>
      change('active', { name: 'busy', renamedFrom: { name: 'active', until } });
    rename('2999-12-31');
    expect((await check()).code).toBe(0);
    rename('2020-01-01');
    const over = await check();
    expect(over.code).toBe(1);
    expect(over.stdout).toContain('The former name has ended on 2020-01-01.');
  });

  it('reads another file, and no file that is none', async () => {
    expect((await check('--lock', 'other.json', '--update')).code).toBe(0);
    expect((await check('--lock', 'other.json')).code).toBe(0);
    for (const [text, message] of [
      ['{', 'cannot be read'],
      ['null', 'is no lock file'],
      ['{"lockVersion":1,"registries":[1]}', 'is no manifest'],
      ['{"lockVersion":2,"registries":[]}', 'is no lock file'],
    ] as const) {
      writeFileSync(join(folder.path, 'other.json'), text);
      const { code, stdout, stderr } = await check('--lock', 'other.json', '--update');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`"other.json" ${message}`);
    }
  });

  it('keeps one line for each change, whatever is in the declarations', async () => {
    await check('--update');
    change('active', { description: 'a\nb\u001b[31m\u202e\u2067' });
    const { stdout } = await check();
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).not.toMatch(/[\u202e\u2067]/);
    expect(stdout).not.toContain('\u001b');
  });
});
