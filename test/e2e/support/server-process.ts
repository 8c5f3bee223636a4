import { type SpawnOptions, spawn } from 'node:child_process';
import { until } from '../../support/pipeline.js';

/** Most time for a server to be ready, milliseconds. */
const START_MILLIS = 30_000;

/** A program that serves, and how to see that it does. */
export interface ServerProgram {
  /** What messages call it. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly options?: Pick<SpawnOptions, 'cwd' | 'env' | 'gid' | 'uid'>;
  /** Whether it answers. What it throws is why it does not yet. */
  isReady(): Promise<boolean>;
}

/** A server of a test, in a process of its own. */
export interface ServerProcess {
  /** What it has written to stderr, in every life. */
  said(): string;
  /** Sends a signal, and waits until the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, as it was, and waits until it is ready. */
  restart(): Promise<void>;
}

/** Starts a server, and waits until it is ready. One that ends before says why. */
export async function startServerProcess(server: ServerProgram): Promise<ServerProcess> {
  let said = '';
  const start = async () => {
    const child = spawn(server.program, server.args, {
      ...server.options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    let isRunning = true;
    const ended = new Promise<void>((resolve) => {
      const end = (error?: Error): void => {
        isRunning = false;
        if (error !== undefined) said += error.message;
        resolve();
      };
      child.once('close', () => end());
      child.once('error', end);
    });
    await until(
      `${server.name} is ready`,
      async () => {
        if (!isRunning) throw new Error(`${server.name} does not run: ${said}`);
        return server.isReady().catch(() => false);
      },
      START_MILLIS,
    );
    return { child, ended };
  };

  let running = await start();
  return {
    said: () => said,
    async end(signal) {
      running.child.kill(signal);
      await running.ended;
    },
    async restart() {
      running = await start();
    },
  };
}
