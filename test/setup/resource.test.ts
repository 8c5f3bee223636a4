import { describe, expect, it } from 'vitest';
import { counter, defineRegistry, type SetupOptions } from '../../src/index.js';
import { accepted, usePipelines } from '../support/pipeline.js';

const pipelines = usePipelines();
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The resource that is sent. */
async function resourceOf(options: SetupOptions = {}) {
  const receiver = await pipelines.receiver();
  const registry = defineRegistry({
    scope: { name: 'resource' },
    instruments: { c: counter({ name: 'c', unit: '1' }) },
  });
  registry.c.add(1);
  const telemetry = pipelines.setup({
    registries: [registry],
    otlp: { url: receiver.url },
    ...options,
  });
  await telemetry.shutdown();
  return accepted(receiver)[0]?.resource ?? {};
}

describe('service.instance.id', () => {
  it('is a UUID that the process keeps from one pipeline to the next', async () => {
    const first = await resourceOf();
    expect(first['service.instance.id']).toMatch(UUID);
    expect((await resourceOf())['service.instance.id']).toBe(first['service.instance.id']);
  });

  it('is the one given, by the variable or before it by the option', async () => {
    pipelines.env({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=pod-1' });
    expect(await resourceOf()).toMatchObject({ 'service.instance.id': 'pod-1' });
    const resource = { 'service.instance.id': 'pod-2' };
    expect(await resourceOf({ resource })).toMatchObject(resource);
  });
});

describe('service.name', () => {
  it('is the option, then the resource, then its variable, then the attribute of the other', async () => {
    pipelines.env({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=4' });
    expect(await resourceOf({ serviceName: '' })).toMatchObject({ 'service.name': '4' });
    pipelines.env({ OTEL_SERVICE_NAME: '3' });
    expect(await resourceOf({ serviceName: '' })).toMatchObject({ 'service.name': '3' });
    const resource = { 'service.name': '2' };
    expect(await resourceOf({ serviceName: '', resource })).toMatchObject(resource);
    expect(await resourceOf({ serviceName: '1', resource })).toMatchObject({ 'service.name': '1' });
    expect(pipelines.lines).toEqual([]);
  });
});
