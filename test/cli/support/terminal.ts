import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { until } from '../../support/pipeline.js';

/** A program in a terminal that nobody sees, and what is on its screen. */
export interface TestTerminal {
  /** The lines of the screen as they are shown, without blanks at their ends. */
  lines(): string[];
  /** Whether the program has taken over the whole screen, instead of writing below what was there. */
  isFullScreen(): boolean;
  /** Everything that was written, control sequences included. */
  readonly written: string;
  type(text: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until the screen says it. */
  shows(text: string | RegExp): Promise<string>;
  /** The exit code, as a shell tells it. */
  readonly ended: Promise<number>;
  /** Of the program, if the command ends with `exec`; of the shell otherwise. */
  pid(): number;
  kill(): void;
}

/**
 * Starts a program in a pseudo-terminal, which `script` of util-linux makes, and reads what it writes as a
 * terminal does.
 *
 * @param command for a shell
 */
export function startInTerminal(
  command: string,
  options: {
    readonly columns?: number;
    readonly rows?: number;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): TestTerminal {
  const { columns = 100, rows = 30, env = {}, cwd } = options;
  const folder = mkdtempSync(join(tmpdir(), 'meterbook-terminal-'));
  const tty = join(folder, 'tty');
  const pid = join(folder, 'pid');
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const line = `stty rows ${rows} cols ${columns}; tty > '${tty}'; echo $$ > '${pid}'; ${command}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TERM: 'xterm-256color',
      LC_ALL: 'C.UTF-8',
      ...env,
    },
  });
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString('utf8');
    terminal.write(chunk);
  });
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      // What was written last is parsed in a turn of its own.
      terminal.write('', () => resolve(code ?? -1));
    });
  });
  const lines = () => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, y) =>
      (active.getLine(active.baseY + y)?.translateToString(true, 0, terminal.cols) ?? '').trimEnd(),
    );
  };
  return {
    lines,
    isFullScreen: () => terminal.buffer.active.type === 'alternate',
    get written() {
      return written;
    },
    type: (text) => child.stdin.write(text),
    resize: async (cols, height) => {
      terminal.resize(cols, height);
      const path = readFileSync(tty, 'utf8').trim();
      execFileSync('stty', ['-F', path, 'rows', String(height), 'cols', String(cols)]);
    },
    shows: async (text) => {
      const has = (screen: string) =>
        typeof text === 'string' ? screen.includes(text) : text.test(screen);
      await until(`the screen shows ${text}`, () => has(lines().join('\n')), 30_000).catch(
        (error: unknown) => {
          throw new Error(`${(error as Error).message}; it shows:\n${lines().join('\n')}`);
        },
      );
      return lines().join('\n');
    },
    ended,
    pid: () => Number(readFileSync(pid, 'utf8')),
    kill: () => child.kill('SIGKILL'),
  };
}
