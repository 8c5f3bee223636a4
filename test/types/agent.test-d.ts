import { describe, expectTypeOf, it } from 'vitest';
import {
  type AgentHelpers,
  agentHelpers,
  agentInstruments,
  agentMetrics,
  type Duration,
  type End,
  recordAgentInvocation,
  recordEndpoint,
  recordFile,
  recordFirstToken,
  recordJobDuration,
  recordMessageCost,
  recordModelFirstChunk,
  recordModelOperation,
  recordReadiness,
  recordRunStart,
  recordStep,
  recordTimeout,
  recordTokens,
  recordToolExecution,
} from '../../src/agent/index.js';
import { attr, buckets, counter, defineRegistry, histogram, slo } from '../../src/index.js';

const scope = { name: 'app' };
const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme' } as const;

describe('Duration', () => {
  it('is one number with its unit', () => {
    expectTypeOf<{ seconds: number }>().toExtend<Duration>();
    expectTypeOf<{ milliseconds: number }>().toExtend<Duration>();
    expectTypeOf<{ nanoseconds: bigint }>().toExtend<Duration>();
  });

  it('is nothing else', () => {
    // @ts-expect-error two units at once
    recordStep({ seconds: 1, milliseconds: 1000 });
    // @ts-expect-error two units at once
    recordStep({ milliseconds: 1, nanoseconds: 1n });
    // @ts-expect-error a bare number has no unit
    recordStep(420);
    // @ts-expect-error no unit
    recordStep({});
    // @ts-expect-error no such unit
    recordStep({ minutes: 1 });
    // @ts-expect-error nanoseconds are a bigint
    recordStep({ nanoseconds: 1 });
    // @ts-expect-error seconds are a number
    recordStep({ seconds: 1n });
    expectTypeOf<{ seconds: number; nanoseconds: bigint }>().not.toExtend<Duration>();
  });
});

describe('the helpers', () => {
  it('take what their instruments declare', () => {
    recordFirstToken({ milliseconds: 420 });
    recordFirstToken({ milliseconds: 420 }, { 'gen_ai.request.model': 'm', 'agent.id': 'a' });
    recordJobDuration({ seconds: 1 }, { 'job.outcome': 'completed' });
    recordModelOperation({ seconds: 1 }, { ...call, 'error.type': undefined });
    recordTimeout({ 'agent.dependency': 'cache' });
    recordReadiness(false, { reason: 'warming_up' });
    expectTypeOf(recordFirstToken).returns.toBeVoid();
    expectTypeOf(recordRunStart).returns.toEqualTypeOf<End>();
    expectTypeOf(recordTimeout).parameters.toEqualTypeOf<
      [attributes: { readonly 'agent.dependency': 'request' | 'provider' | 'cache' }]
    >();
    expectTypeOf(recordReadiness).parameters.toEqualTypeOf<
      [isReady: boolean, attributes?: { readonly reason?: string | undefined }]
    >();
  });

  it('refuse what is missing', () => {
    // @ts-expect-error the outcome of a job is required
    recordJobDuration({ seconds: 1 });
    // @ts-expect-error the provider is required
    recordModelOperation({ seconds: 1 }, { 'gen_ai.operation.name': 'chat' });
    // @ts-expect-error the tool is required
    recordToolExecution({ seconds: 1 }, {});
    // @ts-expect-error the dependency is required
    recordTimeout();
  });

  it('refuse what is not declared or of another type', () => {
    // @ts-expect-error no such outcome
    recordJobDuration({ seconds: 1 }, { 'job.outcome': 'finished' });
    // @ts-expect-error not declared
    recordStep({ seconds: 1 }, { 'user.id': 'u' });
    // @ts-expect-error a first chunk is no error
    recordModelFirstChunk({ seconds: 1 }, { ...call, 'error.type': 'timeout' });
    recordEndpoint(
      { seconds: 1 },
      {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        // @ts-expect-error a status code is a number
        'http.response.status_code': '200',
      },
    );
  });

  it('take any string where unknown ones are recorded as _OTHER', () => {
    const method: string = 'BREW';
    recordEndpoint({ seconds: 1 }, { 'http.request.method': method, 'url.scheme': 'http' });
    // @ts-expect-error but nothing else than strings
    recordEndpoint({ seconds: 1 }, { 'http.request.method': 1, 'url.scheme': 'http' });
  });

  it('have the unit in the name of sizes, costs and counts', () => {
    recordMessageCost({ usd: 0.01 }, { 'gen_ai.request.model': 'm' });
    recordFile({ bytes: 1024 });
    recordTokens({ input: 900, output: undefined }, call);
    recordAgentInvocation({ seconds: 1, inferenceCalls: 2 }, { 'gen_ai.agent.name': 'a' });
    // @ts-expect-error a bare number has no unit
    recordMessageCost(0.01);
    // @ts-expect-error a bare number has no unit
    recordFile(1024);
    // @ts-expect-error no such direction
    recordTokens({ cached: 1 }, call);
    // @ts-expect-error the helper itself says which direction
    recordTokens({ input: 1 }, { ...call, 'gen_ai.token.type': 'input' });
    recordAgentInvocation({ seconds: 1 }, { 'gen_ai.request.model': 'm', 'agent.id': 'a' });
    expectTypeOf<keyof NonNullable<Parameters<typeof recordAgentInvocation>[1]>>().toEqualTypeOf<
      | 'gen_ai.agent.name'
      | 'gen_ai.request.model'
      | 'error.type'
      | 'organization.id'
      | 'project.id'
      | 'base_template.id'
      | 'template.id'
      | 'agent.id'
    >();
    // @ts-expect-error two units at once
    recordAgentInvocation({ seconds: 1, milliseconds: 1, toolCalls: 2 });
  });
});

describe('agentHelpers', () => {
  it('gives the same helpers for any registry with the instruments', () => {
    expectTypeOf(agentHelpers(agentMetrics)).toEqualTypeOf<AgentHelpers<typeof agentMetrics>>();
    const app = defineRegistry({
      scope,
      instruments: { ...agentInstruments, mine: counter({ name: 'mine', unit: '1' }) },
      slos: {
        fast: slo({
          instrument: 'jobTimeToFirstToken',
          objective: 0.99,
          threshold: 2.56,
          window: '30d',
        }),
      },
    });
    const helpers = agentHelpers(app, { tokenUsage: 'off' });
    expectTypeOf(helpers.recordStep).parameters.toEqualTypeOf<Parameters<typeof recordStep>>();
    app.mine.add(1);
  });

  it('follows the declaration of the registry', () => {
    const app = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        agentStepDuration: histogram({
          name: 'agent.step.duration',
          unit: 's',
          buckets: buckets.explicit([1, 2]),
          attributes: { tier: attr.oneOf('free', 'paid') },
        }),
      },
    });
    const helpers = agentHelpers(app);
    expectTypeOf(helpers.recordStep).parameters.toEqualTypeOf<
      [elapsed: Duration, attributes: { readonly tier: 'free' | 'paid' }]
    >();
    // @ts-expect-error required by this registry
    helpers.recordStep({ seconds: 1 });
  });

  it('says in a sentence which instrument is missing or differs', () => {
    const { agentTimeouts: _, ...rest } = agentInstruments;
    const without = defineRegistry({ scope, instruments: rest });
    // @ts-expect-error The registry has no instrument "agentTimeouts": spread agentInstruments into it.
    agentHelpers(without);
    const inMillis = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        jobDuration: histogram({
          name: 'job.duration',
          unit: 'ms',
          buckets: buckets.explicit([1]),
        }),
      },
    });
    // @ts-expect-error The helpers need "jobDuration" to keep its kind and unit.
    agentHelpers(inMillis);
    // @ts-expect-error no registry at all
    agentHelpers({});
    type Refused = Parameters<typeof agentHelpers<typeof without>>[0];
    expectTypeOf<Refused>().toHaveProperty('__misuse');
    expectTypeOf<
      Refused['__misuse']
    >().toEqualTypeOf<'The registry has no instrument "agentTimeouts": spread agentInstruments into it.'>();
  });
});

describe('agentInstruments', () => {
  it('keep their literal boundaries, so that a threshold is checked', () => {
    defineRegistry({
      scope,
      instruments: agentInstruments,
      slos: {
        // @ts-expect-error The threshold 3 is no bucket boundary of "jobDuration".
        slow: slo({ instrument: 'jobDuration', objective: 0.99, threshold: 3, window: '30d' }),
      },
    });
  });
});
