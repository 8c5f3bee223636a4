#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { main } from './index.js';
import { versionOf } from './version.js';

// `| head` closes the pipe when it has seen enough: nothing is wrong, and the
// command goes on to its end, which clears up behind it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Most time that what a loaded module has left running may keep the process, milliseconds. */
const GRACE = 1_000;

// A module may wait at its top level for what never comes, and then the process ends in the middle.
let isDone = false;
process.once('exit', () => {
  if (isDone) return;
  process.exitCode = 1;
  process.stderr.write('meterbook: The module that was loaded never ended loading.\n');
});

/** Signals are taken over only where a command asks for it: the others end at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve());
    }
  });
}

main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  version: versionOf(realpathSync(process.argv[1] ?? '.')),
  terminal:
    process.stdin.isTTY && process.stdout.isTTY
      ? { input: process.stdin, output: process.stdout }
      : undefined,
  untilStopped,
}).then((code) => {
  isDone = true;
  // Not exit() at once: what has been written may not have left yet.
  process.exitCode = code;
  // A server or timer of a registry's module would keep the command for good.
  setInterval(() => {
    if (process.stdout.writableLength === 0) process.exit();
  }, GRACE).unref();
});
