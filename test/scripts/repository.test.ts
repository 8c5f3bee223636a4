import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../docs/support/pages.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const actions = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses = [] }) => uses));
const commands = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = [] }) => run));

describe('the workflows', () => {
  it('run what is run elsewhere: CI is .ci/run, and a release is npm run release', () => {
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
    expect(commands(workflow('ci')).at(-1)).toBe('.ci/run');
    expect(commands(workflow('release')).at(-1)).toBe('npm run release');
    expect(manifest.scripts['release']).toBe('node scripts/release.mjs');
  });

  it('have no more rights than they need', () => {
    expect(workflow('ci').permissions).toEqual({ contents: 'read' });
    expect(workflow('release').permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(read('.github/workflows/release.yml')).not.toMatch(/secrets\./);
  });

  it.each(['ci', 'release'])('%s names the version of each action in full', (name) => {
    const used = actions(workflow(name));
    expect(used).not.toEqual([]);
    expect(used.filter((action) => !/@v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('let git read what a container is given, before anything asks it', () => {
    const asked = commands(workflow('ci'));
    const trusted = asked.findIndex((command) => command.includes('safe.directory'));
    expect(trusted).toBeGreaterThanOrEqual(0);
    expect(trusted).toBeLessThan(asked.indexOf('.ci/run'));
  });
});

describe('the forms for issues', () => {
  const folder = '.github/ISSUE_TEMPLATE';
  const forms = readdirSync(join(root, folder)).filter((file) => file !== 'config.yml');

  it('are there for bugs, wishes and questions, and nothing goes around them', () => {
    expect(forms.sort()).toEqual(['bug.yml', 'feature.yml', 'question.yml']);
    expect(parse(read(`${folder}/config.yml`))).toEqual({ blank_issues_enabled: false });
  });

  it.each(forms)('%s is what GitHub takes for a form', (file) => {
    const form = parse(read(`${folder}/${file}`));
    expect(Object.keys(form)).toEqual(['name', 'description', 'labels', 'body']);
    const fields: readonly Field[] = form.body;
    const asked = fields.filter(({ type }) => type !== 'markdown');
    expect(asked.length).toBeGreaterThan(0);
    for (const { type, attributes } of fields) {
      expect(['markdown', 'textarea', 'input']).toContain(type);
      expect(attributes).toHaveProperty(type === 'markdown' ? 'value' : 'label');
    }
    for (const key of [asked.map(({ id }) => id), asked.map((it) => it.attributes['label'])]) {
      expect(key).not.toContain(undefined);
      expect(new Set(key).size).toBe(key.length);
    }
  });
});

describe('a pull request', () => {
  it('is asked to run what there is', () => {
    const template = read('.github/PULL_REQUEST_TEMPLATE.md');
    const named = [...template.matchAll(/\bnpm run ([a-z:-]+)/g)].map(([, name = '']) => name);
    expect(named).toContain('api');
    expect(named.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });

  it('says what has changed in CHANGELOG.md alone: changesets write no words', () => {
    expect(JSON.parse(read('.changeset/config.json'))).toMatchObject({ changelog: false });
  });
});
