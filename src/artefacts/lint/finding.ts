import type { Manifest, ManifestInstrument } from '../../declare/index.js';

/** An error breaks something; a warning is worth a thought. */
export type Severity = 'error' | 'warning';

/** Something that a rule found. */
export interface Finding {
  /** Name of the rule: `unit-in-name`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** Exported name of the instrument. */
  readonly instrument: string;
  /** What is wrong, with the value in it: one sentence. */
  readonly message: string;
  /** What to do about it: one sentence. */
  readonly fix: string;
}

/** What rules may be told. */
export interface LintOptions {
  /** Most series that one instrument may come to. Default 20,000, ten times the default `maxSeries`. */
  readonly maxSeries?: number | undefined;
}

/** A rule: a pure function of all registries, since some faults lie between two of them. */
export type Rule = (manifests: readonly Manifest[], options: LintOptions) => readonly Finding[];

/** What a rule about single instruments finds of one. */
export type InstrumentFinding = Pick<Finding, 'severity' | 'message' | 'fix'>;

/** Makes a rule of a function that looks at one instrument. */
export function eachInstrument(
  rule: string,
  look: (
    instrument: ManifestInstrument,
    manifest: Manifest,
    options: LintOptions,
  ) => readonly InstrumentFinding[],
): Rule {
  return (manifests, options) =>
    manifests.flatMap((manifest) =>
      manifest.instruments.flatMap((instrument) =>
        look(instrument, manifest, options).map((found) => ({
          rule,
          scope: manifest.scope.name,
          instrument: instrument.name,
          ...found,
        })),
      ),
    );
}
