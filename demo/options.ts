import { parseArgs } from 'node:util';
import { MODELS, type ModelName } from './service/models.js';

/** What a reader prefers; see `setupMetrics`. */
export type DemoTemporality = 'delta' | 'cumulative' | 'lowmemory';

/** The demo's settings, from its command line. */
export interface DemoOptions {
  /** How long the load lasts, seconds. */
  readonly durationSeconds: number;
  /** Requests per second. */
  readonly rate: number;
  readonly temporality: DemoTemporality;
  /** A model that has gone slow; `undefined`: none. */
  readonly slowModel: ModelName | undefined;
  /** Open the page in the browser, where somebody is there to see it. */
  readonly open: boolean;
  /** Print one JSON document instead of the live view. */
  readonly json: boolean;
  readonly help: boolean;
}

/** A command line that cannot be followed, said so that its writer can mend it. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export const HELP = `Usage: npm run demo -- [options]

Runs a small agent service, puts real HTTP load on it, records its metrics with meterbook, sends
them by OTLP to a receiver in the same process, shows them live, here and on a page in the browser,
and closes with a ledger: what was recorded, what was received, what was dropped and why. On a terminal
the page stays after that, until Ctrl-C.

Options:
  --duration <seconds>   how long the load lasts, 1 to 86400 (default 20)
  --rate <requests>      requests per second, 1 to 2000 (default 40)
  --temporality <kind>   delta, cumulative or lowmemory (default delta)
  --slow <model>         this model goes slow: ${Object.keys(MODELS).join(', ')}
  --no-open              do not open the page in the browser; its address is printed
  --json                 print one JSON document at the end, and nothing else; there is no page
  --help                 show this

Exit code: 0 if the ledger balances, 1 if it does not, 2 for a wrong option.
`;

const TEMPORALITIES: readonly string[] = ['delta', 'cumulative', 'lowmemory'];

/**
 * Reads the command line, less the program's own name.
 *
 * @throws {OptionError} for an unknown option or a value that is out of its range
 */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parse(args);
  const temporality = values.temporality ?? 'delta';
  if (!TEMPORALITIES.includes(temporality)) {
    throw new OptionError(
      `--temporality is '${temporality}'; give one of ${TEMPORALITIES.join(', ')}`,
    );
  }
  return {
    durationSeconds: numberIn('duration', values.duration ?? '20', 1, 86_400),
    rate: numberIn('rate', values.rate ?? '40', 1, 2_000),
    temporality: temporality as DemoTemporality,
    slowModel: modelNamed(values.slow),
    open: !(values['no-open'] ?? false),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        duration: { type: 'string' },
        rate: { type: 'string' },
        temporality: { type: 'string' },
        slow: { type: 'string' },
        'no-open': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new OptionError((error as Error).message);
  }
}

function modelNamed(name: string | undefined): ModelName | undefined {
  if (name === undefined || Object.hasOwn(MODELS, name)) return name as ModelName | undefined;
  throw new OptionError(`--slow is '${name}'; give one of ${Object.keys(MODELS).join(', ')}`);
}

function numberIn(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) {
    throw new OptionError(`--${option} is '${text}'; give a number from ${least} to ${most}`);
  }
  return value;
}
