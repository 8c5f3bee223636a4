/**
 * Makes the Next application of this folder ready, and starts it: what an application of your own has by
 * `npm install`, `npx next build` and `npx next start`. `meterbook` is built from the sources here.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'dist');
const own = join(folder, 'node_modules/meterbook');
// Next ends the process at SIGTERM without waiting for anybody. With its handling off, meterbook sends what is
// left and ends it.
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NEXT_MANUAL_SIG_HANDLE: 'true' };

/** Runs a program to its end. What it says is shown where it fails. */
function run(what: string, program: string, args: readonly string[], cwd: string) {
  console.log(`${what} …`);
  const child = spawn(program, args, { cwd, env });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${what} has failed:\n${said}`)),
    );
  });
}

/** When the newest file below a folder was written, in milliseconds since 1970. */
function newest(of: string): number {
  const files = readdirSync(of, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(of, file)).mtimeMs));
}

const isNewer = (file: string, than: number): boolean =>
  existsSync(file) && statSync(file).mtimeMs > than;

const lock = statSync(join(folder, 'package-lock.json')).mtimeMs;
if (!isNewer(join(folder, 'node_modules/.package-lock.json'), lock)) {
  await run('Installing Next (400 MB, once)', 'npm', ['ci'], folder);
}
const built = join(dist, 'index.d.ts'); // Types are written last.
if (!isNewer(built, newest(join(root, 'src')))) {
  const tsup = join(root, 'node_modules/tsup/dist/cli-default.js');
  await run('Building meterbook', process.execPath, [tsup], root);
}
// A copy: Next resolves nothing that a link leads to out of its folder.
rmSync(own, { recursive: true, force: true });
for (const part of ['package.json', 'dist']) {
  cpSync(join(root, part), join(own, part), { recursive: true });
}
const next = join(folder, 'node_modules/next/dist/bin/next');
await run('Building the application', process.execPath, [next, 'build'], folder);

const port = process.env['PORT'] ?? '3000';
const server = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', port], {
  cwd: folder,
  env,
  stdio: ['inherit', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => server.kill(signal));
}
server.once('close', (code) => {
  process.exitCode = code ?? 1;
});
let said = '';
server.stdout.on('data', (chunk: Buffer) => {
  said += chunk.toString();
  const url = /Local: +(http:\S+)[\s\S]*Ready/.exec(said)?.[1];
  if (url === undefined) return;
  server.stdout.removeAllListeners('data').resume();
  console.log(`Listening. Try: curl ${url}/api/users/7`);
});
