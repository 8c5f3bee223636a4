import { MeterbookError, show } from '../../errors.js';

/** What is checked of the options of `prometheusArtefacts`: callers need not be compiled. */
interface Given {
  readonly naming: unknown;
  readonly runbookUrl: unknown;
  readonly minimumErrors: unknown;
}

/** Throws `INVALID_SETUP` for an option that cannot be used, since no rules are better than wrong ones. */
export function checkOptions({ naming, runbookUrl, minimumErrors }: Given): void {
  const refuse = (name: string, value: unknown, fix: string): never => {
    throw new MeterbookError('INVALID_SETUP', {
      cause: `prometheusArtefacts() got the option ${name} as ${show(value)}.`,
      fix,
    });
  };
  if (naming !== 'suffixed' && naming !== 'plain') {
    refuse('naming', naming, 'Write "suffixed" or "plain".');
  }
  if (runbookUrl !== undefined && typeof runbookUrl !== 'string') {
    refuse('runbookUrl', runbookUrl, 'Write an address, such as "https://runbooks.example/{slo}".');
  }
  if (!(Number.isInteger(minimumErrors) && (minimumErrors as number) >= 1)) {
    refuse('minimumErrors', minimumErrors, 'Set it to a whole number from 1.');
  }
}
