import type { CommandIo } from './command.js';
import { oneLine } from './failure.js';

/** Says on stderr what is worth knowing and is no result: a line, or with `--json` a line of JSON. */
export function note(io: CommandIo, text: string): void {
  const line = io.isJson ? JSON.stringify({ note: oneLine(text) }) : `meterbook: ${oneLine(text)}`;
  io.stderr.write(`${line}\n`);
}
