import { spawn } from 'node:child_process';

const PROGRAMS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const OTHERS = ['xdg-open'] as const;

/** Opens an address in the browser of whoever runs this; `onMissing` is told the program that is not there. */
export function openInBrowser(url: string, onMissing: (program: string) => void): void {
  const [program, ...args] = PROGRAMS[process.platform] ?? OTHERS;
  const child = spawn(program as string, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => onMissing(program as string));
  child.unref();
}
