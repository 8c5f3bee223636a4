import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

/**
 * Which versions the suite runs on. `npm run test:matrix` sets the two variables, so that a fall
 * back to the pair of the lockfile fails instead of passing unseen.
 */
const require = createRequire(import.meta.url);
const expectedSdk = process.env['METERBOOK_EXPECT_SDK'] ?? '2';
const expectedNode = process.env['METERBOOK_EXPECT_NODE'] ?? process.versions.node.split('.')[0];

/** The version of an installed package, read from beside its code: few export package.json. */
function installedVersion(name: string): string {
  const entry = require.resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`));
  return JSON.parse(readFileSync(`${folder}node_modules/${name}/package.json`, 'utf8')).version;
}

describe('the versions under test', () => {
  it('are the Node and the OpenTelemetry SDK that were asked for', () => {
    expect(process.versions.node.split('.')[0]).toBe(expectedNode);
    expect(installedVersion('@opentelemetry/sdk-metrics').split('.')[0]).toBe(expectedSdk);
    expect(installedVersion('@opentelemetry/resources').split('.')[0]).toBe(expectedSdk);
  });

  it('are one release: the exporters are of the generation of the SDK', () => {
    const generation = expectedSdk === '2' ? /^0\.2\d\d\./ : /^0\.3\d\d\./;
    expect(installedVersion('@opentelemetry/exporter-metrics-otlp-proto')).toMatch(generation);
    expect(installedVersion('@opentelemetry/exporter-prometheus')).toMatch(generation);
  });
});
