import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentHelpers, agentMetrics } from '../../src/agent/index.js';
import { CATALOGUE, CONTEXT, OPEN_SETS } from './catalogue.js';

const page = readFileSync(new URL('../../docs/agent.md', import.meta.url), 'utf8');

/** Cells of the table below a heading, without its head. */
function tableOf(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/agent.md', () => {
  it('lists every instrument with kind, unit and attributes', () => {
    const listed = Object.fromEntries(
      tableOf('The instruments').map(([name, kind, attributes]) => [
        name?.replaceAll('`', ''),
        { kind, attributes: attributes?.split(', ').sort() },
      ]),
    );
    const expected = Object.fromEntries(
      Object.entries(CATALOGUE).map(([name, row]) => [
        name,
        {
          kind: `${row.kind}, ${row.unit}`,
          attributes: [
            ...(row.required ?? []).map((key) => `**\`${key}\`**`),
            ...(row.optional ?? []).map((key) => `\`${key}\``),
            ...(row.context ? ['*caller*'] : []),
          ].sort(),
        },
      ]),
    );
    expect(listed).toEqual(expected);
  });

  it('lists the attributes of each instrument in declared order', () => {
    for (const [name, , cell] of tableOf('The instruments')) {
      const declared = agentMetrics
        .manifest()
        .instruments.find((instrument) => `\`${instrument.name}\`` === name);
      const listed = cell?.replaceAll(/[*`]/g, '').replace('caller', CONTEXT.join(', '));
      expect(listed?.split(', ')).toEqual(declared?.attributes.map(({ key }) => key));
    }
  });

  it('gives the bound of every open attribute, and why', () => {
    const bounds = tableOf('Bounds');
    const listed = bounds.map(([key, bound]) => [key?.replaceAll('`', ''), Number(bound)]);
    expect(Object.fromEntries(listed)).toEqual(OPEN_SETS);
    for (const [, , why] of bounds) expect(why).not.toBe('');
  });

  it('explains every helper', () => {
    const section = page.split('\n## The helpers\n')[1]?.split('\n## ')[0] ?? '';
    for (const helper of Object.keys(agentHelpers(agentMetrics)))
      expect(section).toContain(`| \`${helper}(`);
  });
});
