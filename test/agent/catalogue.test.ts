import { readdirSync, readFileSync } from 'node:fs';
import * as conventions from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import { agentInstruments, agentMetrics } from '../../src/agent/index.js';
import * as names from '../../src/standard/names.js';
import { CATALOGUE, CLOSED_SETS, CONTEXT, OPEN_SETS } from './catalogue.js';

const manifest = agentMetrics.manifest();
const rows = Object.entries(CATALOGUE);

describe('the standard registry', () => {
  it('has the instruments of the catalogue, and no others', () => {
    const declared = manifest.instruments.map(({ name }) => name);
    expect(declared.sort()).toEqual(Object.keys(CATALOGUE).sort());
    expect(manifest.scope).toEqual({ name: 'meterbook/agent' });
  });

  it.each(rows)('declares %s as the catalogue says', (name, row) => {
    const found = manifest.instruments.find((instrument) => instrument.name === name);
    const keysOf = (isOptional: boolean) =>
      found?.attributes.filter(({ optional }) => optional === isOptional).map(({ key }) => key);
    expect(found?.kind).toBe(row.kind);
    expect(found?.unit).toBe(row.unit);
    expect(found?.boundaries).toEqual(row.boundaries);
    expect(keysOf(false)?.sort()).toEqual([...(row.required ?? [])].sort());
    const optional = [...(row.optional ?? []), ...(row.context ? CONTEXT : [])];
    expect(keysOf(true)?.sort()).toEqual(optional.sort());
  });

  it.each(manifest.instruments)('bounds every attribute of $name', ({ attributes }) => {
    for (const { key, type, values, maxValues, fromContext } of attributes) {
      expect(fromContext).toBe((CONTEXT as readonly string[]).includes(key));
      if (type === 'oneOf') expect([...(values ?? [])].sort()).toEqual(CLOSED_SETS[key]);
      else expect([key, maxValues]).toEqual([key, OPEN_SETS[key]]);
      const integers = ['http.response.status_code', 'server.port'];
      expect(type === 'int').toBe(integers.includes(key));
    }
  });

  it.each(manifest.instruments)(
    'retires idle series of $name if callers come and go',
    ({ attributes, idleSeconds, maxSeries }) => {
      const hasContext = attributes.some(({ fromContext }) => fromContext);
      expect(idleSeconds).toBe(hasContext ? 86_400 : undefined);
      expect([2_000, 5_000, 10_000]).toContain(maxSeries);
    },
  );

  it.each(manifest.instruments)('says of $name what it measures', ({ description }) => {
    expect(description).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('keeps every instrument under its exported name in camelCase', () => {
    for (const [property, { name }] of Object.entries(agentInstruments)) {
      const camelCase = name.replace(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(property).toBe(camelCase);
    }
  });

  it('seeds the counters over closed sets with zeros', () => {
    const seeded = manifest.instruments.filter(({ seedZero }) => seedZero);
    expect(seeded.map(({ name }) => name)).toEqual(['agent.timeouts']);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(agentInstruments)).toBe(true);
    for (const declaration of Object.values(agentInstruments)) {
      expect(Object.isFrozen(declaration)).toBe(true);
      expect(Object.isFrozen(declaration.attributes)).toBe(true);
    }
  });
});

describe('the names copied from the conventions', () => {
  const copied = Object.entries(names);
  const stable: Readonly<Record<string, unknown>> = conventions;
  const unstable: Readonly<Record<string, unknown>> = incubating;

  it.each(copied)('%s is not stable yet, and spelled as the conventions do', (constant, value) => {
    expect(stable[constant]).toBeUndefined();
    // The GenAI conventions have left the package; what it still has must agree.
    if (unstable[constant] !== undefined) expect(value).toBe(unstable[constant]);
    expect(constant).toMatch(/^(METRIC|ATTR)_/);
    const fromConstant = constant.replace(/^(METRIC|ATTR)_/, '').toLowerCase();
    expect(value.replaceAll('.', '_')).toBe(fromConstant);
  });

  it('are what the source uses: nothing imports the incubating entry', () => {
    const folder = new URL('../../src/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((path) => path.endsWith('.ts'))) {
      expect(readFileSync(new URL(file, folder), 'utf8')).not.toMatch(/from '.*incubating'/);
    }
  });
});
