import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../test/support/child.js';
import { behaviours, startFaultyReceiver } from '../../test/support/faulty-receiver.js';
import type { Scenario } from './scenarios.js';
import type { Job, SubjectName } from './worker.js';

/** What became of the records of one process. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly subject: SubjectName;
  readonly sent: number;
  /** Taken by the receiver, each request counted once. */
  readonly arrived: number;
  /** Refused by the receiver for good, so that no client may send it again. */
  readonly refused: number;
  /** Records in requests that the receiver had taken before; it can tell by their bytes. */
  readonly twice: number;
  /** Records made between two exports, about. */
  readonly perInterval: number;
  /** The process had to be killed, since it did not end. */
  readonly isStuck: boolean;
  /** Requests that the other server got. */
  readonly elsewhere: number;
}

/** Of the load, and not of what a subject tells of itself. */
const SCOPE = { scope: 'faults' };

/** Most time that a process may take beyond the fault, milliseconds. */
const PATIENCE_MILLIS = 12_000;

/** Does one fault to one subject, in a process of its own with a receiver of its own. */
export async function runScenario(
  scenario: Scenario,
  subject: SubjectName,
  program: string,
  intervalMillis: number,
): Promise<Outcome> {
  const [receiver, elsewhere] = await Promise.all([startFaultyReceiver(), startFaultyReceiver()]);
  const spool = mkdtempSync(join(tmpdir(), 'meterbook-faults-'));
  const start = (isSecondStart: boolean) => {
    const job: Job = {
      subject,
      url: receiver.url,
      intervalMillis,
      spool: scenario.hasSpool === true ? spool : undefined,
      isSecondStart,
    };
    return startChild(
      `import { run } from ${JSON.stringify(program)}; run(${JSON.stringify(job)});`,
      {},
      6 * intervalMillis + PATIENCE_MILLIS,
    );
  };
  const child = start(false);
  try {
    const { ended } = child;
    await firstExport(receiver, ended);
    const signal = (name: NodeJS.Signals): void => void child.process.kill(name);
    await scenario.harm({ receiver, elsewhere, intervalMillis, signal });
    if (scenario.isFatal !== true) {
      await sleep(2.5 * intervalMillis);
      signal('SIGUSR2');
    }
    const { stdout, signal: by } = await ended;
    await receiver.behave(behaviours.accept);
    if (scenario.hasSpool === true) await start(true).ended;
    const { ledger } = receiver;
    return {
      scenario,
      subject,
      sent: Number(stdout.at(-1)),
      arrived: ledger.arrived(SCOPE),
      refused: ledger.refused(SCOPE),
      twice: ledger.takenAgain(SCOPE),
      perInterval: intervalMillis,
      isStuck: by === 'SIGKILL' && scenario.mayLose === 'nothing',
      elsewhere: elsewhere.attempts,
    };
  } finally {
    child.process.kill('SIGKILL');
    await Promise.all([receiver.close(), elsewhere.close()]);
    rmSync(spool, { recursive: true, force: true });
  }
}

async function firstExport(
  { ledger }: { readonly ledger: { readonly distinct: number } },
  ended: Promise<{ readonly stderr: string }>,
): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (ledger.distinct === 0) {
    if (isOver)
      throw new Error(`the process ended before its first export: ${(await ended).stderr}`);
    await sleep(10);
  }
}
