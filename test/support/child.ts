import { type ChildProcess, spawn } from 'node:child_process';

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds from the last line of its output to its end. */
  readonly lingered: number;
  readonly stdout: readonly string[];
  readonly stderr: string;
}

/** A process of Node that runs a program given as text. */
export interface Child {
  readonly process: ChildProcess;
  /** Waits for a line of its output, and gives it. Fails if the process ends without. */
  said(line: RegExp): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Most time that a process may take unless it is said; it is killed then, and its signal tells. */
const MAX_MILLIS = 20_000;

/** Starts an ES module, in an environment without `OTEL_*` variables. */
export function startChild(
  program: string,
  env: Readonly<Record<string, string>> = {},
  maxMillis = MAX_MILLIS,
): Child {
  return startNode(['--input-type=module', '--eval', program], env, maxMillis);
}

/** Starts Node with arguments, in the same environment. */
export function startNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  maxMillis = MAX_MILLIS,
): Child {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, args, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: maxMillis,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  let lastLine = performance.now();
  const waiting = new Set<() => void>();
  const lines = (): string[] => stdout.split('\n').slice(0, -1);
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    lastLine = performance.now();
    for (const check of waiting) check();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const exit = new Promise<number>((resolve) => {
    child.once('exit', () => resolve(performance.now()));
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', async (code, signal) => {
      const lingered = (await exit) - lastLine;
      resolve({ code, signal, lingered, stdout: lines(), stderr });
      for (const check of waiting) check();
    });
  });
  return {
    process: child,
    ended,
    said: (line) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = lines().find((it) => line.test(it));
          if (found !== undefined) resolve(found);
          else if (child.exitCode !== null || child.signalCode !== null)
            reject(new Error(`it ended without saying ${line}: ${stdout}${stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}
