import { eachInstrument } from '../finding.js';

const STYLE = /^[a-z][a-z0-9]*([._][a-z0-9]+)*$/;
const FIX = 'Use lower case, dots between namespaces and underscores between words.';

/**
 * Names of instruments and attributes that are written otherwise than the conventions write theirs.
 * Source: OpenTelemetry semantic conventions, "Naming".
 */
export const nameStyle = eachInstrument('name-style', ({ name, attributes }) => {
  const keys = attributes.map(({ key }) => key).filter((key) => !STYLE.test(key));
  return [
    ...(STYLE.test(name) ? [] : [{ subject: 'The name' }]),
    ...keys.map((key) => ({ subject: `The attribute key ${JSON.stringify(key)}` })),
  ].map(({ subject }) => ({
    severity: 'warning' as const,
    message: `${subject} is not written as OpenTelemetry writes names.`,
    fix: FIX,
  }));
});
