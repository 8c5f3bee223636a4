import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../../src/live/protocol.js';
import { freePort } from '../../support/free-port.js';

/** The command `meterbook live` as a process of its own. */
export interface LiveCommand {
  /** `http://127.0.0.1:port`, of the receiver. */
  readonly receiver: string;
  /** `http://127.0.0.1:port/`, of the page. */
  readonly page: string;
  readonly pid: number;
  /** What the page is answered; `asking` is a query string. */
  answer(asking: string): Promise<Answer>;
  /** What the server says of itself. */
  health(): Promise<LiveHealth>;
  /** Memory of the process, bytes. */
  rss(): number;
  /** What it has written to stderr. */
  said(): string;
  /** Asks it to end, as Ctrl-C does; gives the exit code. */
  stop(): Promise<number | null>;
}

/** What `/api/health` says. */
export interface LiveHealth {
  readonly status: string;
  readonly requests: number;
  readonly points: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly notKept: { readonly traces: number; readonly logs: number };
  readonly restoredPoints: number;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const START_MILLIS = 60_000;
const END_MILLIS = 15_000;

/** Starts the command from the sources, on free ports. */
export async function startLiveCommand(...args: readonly string[]): Promise<LiveCommand> {
  const [port, pagePort] = [await freePort(), await freePort()];
  const command = ['--import', 'tsx', 'src/cli/bin.ts', 'live', '--json'];
  const ports = [`--port=${port}`, `--page-port=${pagePort}`];
  const child = spawn(process.execPath, [...command, ...ports, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = `${said}${chunk}`.slice(-10_000);
  });
  const { receiver, page } = await addresses(child, () => said);
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(new URL(path, page));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    receiver,
    page,
    pid: child.pid as number,
    answer: (asking) => get(`/api/answer?${asking}`),
    health: () => get('/api/health'),
    rss: () => rssOf(child.pid as number),
    said: () => said,
    stop: () => stop(child),
  };
}

/** Memory of a process, bytes. */
export function rssOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

function addresses(
  child: ChildProcess,
  said: () => string,
): Promise<{ readonly receiver: string; readonly page: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`meterbook live did not start: ${said()}`));
    }, START_MILLIS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`meterbook live ended with ${code}: ${said()}`));
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(JSON.parse(text));
    });
  });
}

function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MILLIS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    child.kill('SIGINT');
  });
}
