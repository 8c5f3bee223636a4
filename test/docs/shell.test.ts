import { describe, expect, it } from 'vitest';
import { FENCE } from './support/made-up.js';
import { readPages } from './support/pages.js';
import { commandsOf, faultsOfCommand, grammarFault, shellBlocks } from './support/shell.js';

const pages = readPages();

/** What is wrong with the commands of a made-up page. */
async function faultsIn(text: string): Promise<readonly string[]> {
  const faults = await Promise.all(commandsOf({ path: 'x.md', text }).map(faultsOfCommand));
  return faults.flat();
}

const block = (text: string) => `${FENCE}sh\n${text}\n${FENCE}\n`;

describe('every block of shell', () => {
  const blocks = pages.flatMap(shellBlocks);

  it.each(blocks.map(({ place, text }) => [place, text]))('%s is one', (_, text) => {
    expect(grammarFault(text as string)).toBe('');
  });

  it('would not be, if the shell did not take it', () => {
    expect(grammarFault('for x in a; do echo "$x"')).not.toBe('');
  });
});

describe('every command that a page shows', () => {
  it.each(pages.map((page) => [page.path, page] as const))('is real in %s', async (_, page) => {
    const faults = await Promise.all(commandsOf(page).map(faultsOfCommand));
    expect(faults.flat()).toEqual([]);
  });

  it('is found in blocks and in the text', () => {
    const text = `${block('A=b npx meterbook check \\\n  --json # once\nnpm ci && npm test | jq .')}Try \`npm run demo\`, \`nothing\`.`;
    expect(commandsOf({ path: 'x.md', text }).map(({ words }) => words.join(' '))).toEqual([
      'npx meterbook check --json',
      'npm ci',
      'npm test',
      'jq .',
      'npm run demo',
    ]);
  });

  it.each([
    'npm run demo -- --duration 10',
    'npm run faults -- --quick',
    'npx meterbook generate all --registry ./a.ts --out ops --check',
    'DATABASE_URL=postgres://localhost/a meterbook jobs report --by=model',
    'npx tsx scripts/collector-load.ts 10',
  ])('is right as %s', async (command) => {
    expect(await faultsIn(block(command))).toEqual([]);
    expect(await faultsIn(`Run \`${command}\`.`)).toEqual([]);
  });

  it.each([
    ['npm run dmeo', 'there is no npm run dmeo'],
    ['npm run demo --duration 10', 'npm run demo needs -- before arguments'],
    ['npm run demo -- --druation 10', 'npm run demo has no --druation'],
    ['npm publish', 'there is no npm publish'],
    ['npx meterbook generat', 'there is no meterbook generat'],
    ['meterbook check --registy a', 'meterbook check has no --registy'],
    ['meterbook jobs report --max-series 1', 'meterbook jobs report has no --max-series'],
    ['npx tsx scripts/none.ts', 'scripts/none.ts is not there'],
    ['meterbok check', 'nobody knows the program "meterbok"'],
  ])('is wrong as %s', async (command, fault) => {
    expect(await faultsIn(block(command))).toEqual([`x.md:2: ${fault}`]);
  });
});
