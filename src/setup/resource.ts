import { randomUUID } from 'node:crypto';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Plan } from './pipeline.js';

/** The instance of this process, or of this worker thread; the ESM and the CommonJS build share it. */
const INSTANCE = Symbol.for('meterbook.instance.1');

/**
 * Who is sending: the options over `OTEL_SERVICE_NAME` over `OTEL_RESOURCE_ATTRIBUTES` over the
 * SDK's defaults. Two processes of one service would write the same series, so each has a
 * `service.instance.id` of its own, and keeps it: a new one would repeat the totals of the old.
 *
 * Source: OpenTelemetry resource SDK; semantic conventions, "Service".
 */
export function makeResource(
  { options, environment, report }: Plan,
  isNameNeeded: boolean,
): Resource {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ [ATTR_SERVICE_INSTANCE_ID]: instanceId() }))
    .merge(resourceFromAttributes(environment.resource))
    .merge(named(environment.serviceName))
    .merge(resourceFromAttributes({ ...options.resource }))
    .merge(named(options.serviceName));
  const name = serviceNameOf(resource);
  if (isNameNeeded && name.startsWith('unknown_service')) {
    report.problem(
      `The service has no name; its metrics are sent as "${name}".`,
      'Pass serviceName to setupMetrics(), or set OTEL_SERVICE_NAME.',
    );
  }
  return resource;
}

/** `service.name` as it is sent. */
export function serviceNameOf(resource: Resource): string {
  return String(resource.attributes[ATTR_SERVICE_NAME]);
}

function named(serviceName: string | undefined): Resource {
  return resourceFromAttributes(serviceName ? { [ATTR_SERVICE_NAME]: serviceName } : {});
}

function instanceId(): string {
  const shared = globalThis as { [INSTANCE]?: string };
  shared[INSTANCE] ??= randomUUID();
  return shared[INSTANCE];
}
