import { spawn } from 'node:child_process';
import type { CommandIo } from './command.js';
import { note } from './notes.js';

const PROGRAMS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const OTHERS = ['xdg-open'] as const;

/** Opens an address in the browser of whoever runs this. Where that cannot be done it is said. */
export function openInBrowser(url: string, io: CommandIo): void {
  const [program, ...args] = PROGRAMS[process.platform] ?? OTHERS;
  const child = spawn(program as string, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {
    note(io, `${program} is not there to open the page. Open it by hand.`);
  });
  child.unref();
}
