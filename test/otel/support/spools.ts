import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool, type SpoolOptions } from '../../../src/otel/spool/index.js';

/** A directory of its own, for its owner alone. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'meterbook-spool-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A clock that goes on by ten seconds at each reading, so that each `next` looks at the directory. */
export function steppingClock(): NonNullable<SpoolOptions['clock']> {
  let millis = 1_700_000_000_000;
  const step = () => (millis += 10_000);
  return { now: step, monotonic: step };
}

/** A spool with the id under which others know it, and what it said. */
export interface Opened {
  readonly spool: Spool;
  readonly holder: string;
  readonly said: string[];
}

export function openSpool(directory: string, options: Partial<SpoolOptions> = {}): Opened {
  const before = new Set(filesOf(directory, 'owner'));
  const said: string[] = [];
  const spool = Spool.open({ directory, onProblem: (message) => said.push(message), ...options });
  const file = filesOf(directory, 'owner').find((it) => !before.has(it)) ?? '';
  return { spool, holder: file.replace('.owner', ''), said };
}

/** As if the process had died a minute ago. The timers of the test must be stopped: they beat. */
export function seemDead(directory: string, holder: string): void {
  const then = Date.now() / 1000 - 60;
  utimesSync(join(directory, `${holder}.owner`), then, then);
}

/** The names of the files of a kind, oldest first. */
export function filesOf(directory: string, kind: 'otlp1' | 'tmp' | 'corrupt' | 'owner'): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(`.${kind}`))
      .sort();
  } catch {
    return [];
  }
}

/** An entry that says its own number. */
export function entry(text: string, points = 1) {
  return { body: Buffer.from(text), points };
}

/** Hands out and removes everything, as text. */
export async function drain(spool: Spool): Promise<string[]> {
  const bodies: string[] = [];
  for (let it = await spool.next(); it !== undefined; it = await spool.next()) {
    bodies.push(Buffer.from(it.body).toString());
    spool.remove(it.id);
  }
  return bodies;
}
