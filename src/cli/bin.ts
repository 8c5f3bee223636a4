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

main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  version: versionOf(realpathSync(process.argv[1] ?? '.')),
}).then((code) => {
  // Not exit(): what has been written may not have left yet.
  process.exitCode = code;
});
