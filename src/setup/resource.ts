import { randomUUID } from 'node:crypto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { SetupOptions } from './options.js';
import type { Report } from './report.js';

/**
 * Who is sending: the options over `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` over the
 * SDK's defaults. Two processes of one service would write the same series, so each gets a
 * `service.instance.id` of its own.
 *
 * Source: OpenTelemetry resource SDK; semantic conventions, "Service".
 */
export function makeResource(options: SetupOptions, report: Report): Resource {
  const fromEnvironment = detectResources({ detectors: [envDetector] });
  const isIgnored =
    (process.env.OTEL_RESOURCE_ATTRIBUTES ?? '').trim() !== '' &&
    Object.keys(fromEnvironment.attributes).every((key) => key === ATTR_SERVICE_NAME);
  if (isIgnored) {
    report.problem(
      'OTEL_RESOURCE_ATTRIBUTES is malformed and was ignored.',
      'Write key=value, separated by commas, with "," and "=" in values percent-encoded.',
    );
  }
  const resource = defaultResource()
    .merge(resourceFromAttributes({ [ATTR_SERVICE_INSTANCE_ID]: randomUUID() }))
    .merge(fromEnvironment)
    .merge(resourceFromAttributes({ ...options.resource }))
    .merge(
      resourceFromAttributes(
        options.serviceName ? { [ATTR_SERVICE_NAME]: options.serviceName } : {},
      ),
    );
  const name = resource.attributes[ATTR_SERVICE_NAME];
  if (typeof name !== 'string' || name.startsWith('unknown_service')) {
    report.problem(
      `The service has no name; its metrics are sent as "${String(name)}".`,
      'Pass serviceName to setupMetrics(), or set OTEL_SERVICE_NAME.',
    );
  }
  return resource;
}
