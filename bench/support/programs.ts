import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The programs that measure, where each finds the libraries that it measures. */
export interface Programs {
  /** The worker beside SDK 2.x and all other libraries, and the one beside SDK 3.x. */
  readonly worker: string;
  readonly workerOfSdk3: string;
  /** Tells how long imports take, of libraries beside SDK 2.x. */
  readonly importTime: string;
  /** The folders in which the libraries are installed, as in an application's. */
  readonly libraries: string;
  readonly librariesOfSdk3: string;
}

/** What is there before anything is installed. */
export interface Sources {
  /** A folder with `main.js`, the compiled worker, and its parts. */
  readonly worker: string;
  /** A folder with `sdk-2` and `sdk-3`, each with a package.json and its lock file. */
  readonly peers: string;
}

/**
 * Where the libraries are installed, once for all runs: not in the package, which may be read-only, and
 * not beside an application's own packages.
 */
function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'meterbook', 'bench');
}

/**
 * Installs what is measured beside meterbook, by the lock files, and puts the workers beside it: a module
 * finds its packages from where it lies. Throws where npm cannot install.
 */
export function preparePrograms(
  sources: Sources,
  progress: (what: string) => void,
  folder = cacheFolder(),
): Programs {
  const beside = (sdk: string) => {
    const home = join(folder, sdk);
    mkdirSync(home, { recursive: true });
    install(join(sources.peers, sdk), home, progress);
    cpSync(sources.worker, join(home, 'worker'), { recursive: true, force: true });
    return { home, program: (name: string) => join(home, 'worker', `${name}.mjs`) };
  };
  const sdk2 = beside('sdk-2');
  const sdk3 = beside('sdk-3');
  return {
    worker: sdk2.program('main'),
    workerOfSdk3: sdk3.program('main'),
    importTime: sdk2.program('import-time'),
    libraries: sdk2.home,
    librariesOfSdk3: sdk3.home,
  };
}

/**
 * SDK 3.x declares Node 22.15 and works on Node 20 all the same, so npm's warning about that is not shown.
 * Nothing measured needs what an install script would build.
 */
function install(from: string, home: string, progress: (what: string) => void): void {
  const lock = readFileSync(join(from, 'package-lock.json'), 'utf8');
  const installed = join(home, 'package-lock.json');
  const isThere =
    existsSync(join(home, 'node_modules')) &&
    existsSync(installed) &&
    readFileSync(installed, 'utf8') === lock;
  if (isThere) return;
  progress(`nothing yet: installing the libraries beside meterbook in ${home}`);
  cpSync(from, home, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const args = ['ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
  const { status, stderr, error } = spawnSync('npm', args, { cwd: home, encoding: 'utf8' });
  if (status === 0) return;
  const reason = (error?.message ?? stderr).trim().split('\n')[0];
  throw new Error(`npm could not install the libraries in ${home}: ${reason}`);
}
