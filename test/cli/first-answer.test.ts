import { describe, expect, it } from 'vitest';
import { firstAnswer } from '../../src/cli/top/first-answer.js';
import type { OverviewAnswer } from '../../src/cli/top/picture.js';

type Shown = Partial<Record<'tables' | 'slos', readonly object[]>>;

/** As much of an answer as is looked at. */
function answerOf(services: Readonly<Record<string, number>>, shown: Shown = {}): OverviewAnswer {
  return {
    services: Object.entries(services).map(([name, lastSeen]) => ({ name, lastSeen })),
    shown: { kind: 'overview', tables: [], slos: [], ...shown },
  } as unknown as OverviewAnswer;
}

/** Gives these answers one after the other, and the last one from then on. */
function wait(answers: readonly OverviewAnswer[], patience = 60_000) {
  let asked = 0;
  return firstAnswer({
    ask: async () => answers[Math.min(asked++, answers.length - 1)] as OverviewAnswer,
    receiverUrl: 'http://127.0.0.1:4318',
    patience,
    pause: 1,
  });
}

const NOTHING = answerOf({});

describe('the first answer of a receiver that has just begun', () => {
  it('is the one that has a table', async () => {
    const told = answerOf({ shop: 1_000 }, { tables: [{}] });
    expect(await wait([NOTHING, answerOf({ shop: 1_000 }), told])).toBe(told);
  });

  it('is the one that has an objective that was measured', async () => {
    const unmeasured = answerOf({ shop: 1_000 }, { slos: [{}] });
    const told = answerOf({ shop: 1_000 }, { slos: [{}, { errors: 0 }] });
    expect(await wait([unmeasured, told])).toBe(told);
  });

  it('is else the one after which every service has sent twice, parts of an export being one', async () => {
    const told = answerOf({ shop: 3_000, till: 2_600 });
    const before = [
      answerOf({ shop: 1_000 }),
      answerOf({ shop: 1_200, till: 1_500 }),
      answerOf({ shop: 3_000, till: 1_500 }),
    ];
    expect(await wait([...before, told])).toBe(told);
  });

  it('is what there is when patience is over', async () => {
    const once = answerOf({ shop: 1_000 });
    expect(await wait([NOTHING, once], 20)).toBe(once);
  });

  it('is a failure that says where to send to, where nothing came', async () => {
    await expect(wait([NOTHING], 20)).rejects.toMatchObject({
      exitCode: 1,
      what: 'Nothing was received at http://127.0.0.1:4318 within 0 s.',
      fix: expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318'),
    });
  });
});
