import { describe, expect, it } from 'vitest';
import { run } from './support/command.js';

const report = (...args: string[]) => run(['jobs', 'report', ...args], {});
const LOCAL = ['--database-url', 'postgres://localhost/x'];

describe('meterbook', () => {
  it.each([
    ['--help', 'meterbook <command>'],
    ['jobs --help', 'meterbook jobs <command>'],
    ['help jobs', 'meterbook jobs <command>'],
    ['generate --help', 'meterbook generate <what>'],
    ['generate docs --help', 'meterbook generate docs --registry'],
    ['check --help', 'meterbook check --registry'],
    ['lint --help', 'meterbook lint --registry'],
    ['live --help', 'meterbook live [options]'],
    ['top --help', 'meterbook top [options]'],
    ['completion --help', 'meterbook completion <shell>'],
    ['completion bash --help', 'meterbook completion bash [options]'],
    ['jobs report --help', 'meterbook jobs report [options]'],
    ['jobs report --by --help', 'meterbook jobs report [options]'],
  ])('%s teaches, with an example', async (line, usage) => {
    const { code, stdout, stderr } = await run(line.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: ${usage}`);
    expect(stdout).toMatch(/^Examples?:/m);
    expect(stdout.split('\n').filter((it) => it.length > 100)).toEqual([]);
  });

  it('shows commands by group, with what to do first', async () => {
    const { stdout } = await run(['--help']);
    for (const group of ['First steps', 'Look at what runs', 'Look back', 'Examples']) {
      expect(stdout).toMatch(new RegExp(`^${group}:$`, 'm'));
    }
    expect(stdout).not.toContain('\u001b');
    const { stdout: coloured } = await run(['--help'], { FORCE_COLOR: '1' });
    expect(coloured).toContain('\u001b[1mUsage:\u001b[0m');
    expect((await run(['--help'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).toBe(stdout);
  });

  it('--version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it('lists every command', async () => {
    const { stdout } = await run(['--help']);
    for (const name of ['live', 'top', 'generate', 'check', 'lint', 'jobs report', 'completion']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    }
  });

  it.each([[[]], [['jobs']], [['generate']]])(
    'explains itself where no command is named: %j',
    async (argv) => {
      const { code, stdout, stderr } = await run(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage:');
    },
  );

  it.each([
    [['job'], 'There is no command "job". Did you mean "jobs"?'],
    [['jobs', 'reprot'], 'There is no command "jobs reprot". Did you mean "report"?'],
    [['generate', 'doc'], 'There is no command "generate doc". Did you mean "docs"?'],
    [['quite-else'], 'There is no command "quite-else". See meterbook --help.'],
    [['constructor'], 'There is no command "constructor".'],
    [['--verbose'], 'There is no option --verbose'],
  ])('refuses %j', async (argv, message) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('meterbook jobs report', () => {
  it.each([
    [['--form', '7d'], 'There is no option --form. Did you mean "--from"?'],
    [['--__proto__', '7d'], 'There is no option --__proto__.'],
    [['-x'], 'There is no option -x.'],
    [['extra'], 'takes no argument "extra"'],
    [['--by'], '--by needs a value'],
    [['--by', '--from', '1h'], '--by needs a value'],
    [['--by', 'modle'], '--by cannot be "modle". Did you mean "model"?'],
    [['--json=yes'], '--json takes no value'],
    [['--outcome', 'ok'], 'Use one of completed, failed, cancelled, expired.'],
    [['--slowest', 'x'], '--slowest cannot be "x"'],
    [['--slowest', '1001'], 'Use a whole number from 1 to 1000.'],
    [['--slowest', '--by', 'model'], '--by does not go with'],
    [['--from', 'yesterday'], 'Use a date (2026-01-31)'],
    [['--from', '2026-02-31'], '--from cannot be "2026-02-31"'],
    [['--from', '2026-01-01T25:00'], '--from cannot be'],
    [['--from', '1h', '--to', '2h ago'], 'is not before --to'],
    [['--table', 'a b'], '"a b" cannot be the name of the table'],
    [['--schema', 'x"; DROP', '--table', 't'], 'cannot be the name of the table'],
    [['--data-dir', 'x'], 'name two databases'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await report(...LOCAL, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^meterbook: [^\n]+\.\n$/);
  });

  it('asks for a database where none is named', async () => {
    const { code, stderr } = await report();
    expect(code).toBe(2);
    expect(stderr).toContain('DATABASE_URL');
  });

  it.each([
    'mysql://me:s3cret@host/db',
    'postgres://me:s3cret@host:port/db',
    'me:s3cret@host',
    'postgres://me:12/s3cret@host/db',
    'postgres://me:12#s3cret@host/db',
    'postgres://me:12?s3cret@host/db',
  ])('does not repeat an address that it cannot read: %s', async (url) => {
    const { code, stderr } = await run(['jobs', 'report'], { DATABASE_URL: url });
    expect(code).toBe(2);
    expect(stderr).toContain('The address of the database cannot be read.');
    expect(stderr).not.toContain('s3cret');
  });

  it('says what to do where no server answers', async () => {
    // Port 1 of the loopback is nobody's.
    const url = 'postgres://me:s3cret@127.0.0.1:1/db?password=other';
    const { code, stdout, stderr } = await run(['jobs', 'report'], { DATABASE_URL: url });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^meterbook: postgres:\/\/me@127\.0\.0\.1:1\/db: [^\n]*ECONNREFUSED/);
    expect(stderr).toContain('Start the server');
    expect(stderr).not.toMatch(/s3cret|other=|password/);
  });
});
