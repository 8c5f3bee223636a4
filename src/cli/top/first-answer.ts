import { failed } from '../failure.js';
import type { OverviewAnswer } from './picture.js';

/** Between two looks, milliseconds. */
const PAUSE = 500;
/** Most SDKs export once a minute, and of a process that runs already only the second export tells what it counts. */
const PATIENCE = 150_000;
/** Parts of one export follow each other faster, milliseconds. */
const EXPORTS_APART = 900;

export interface Waiting {
  readonly ask: () => Promise<OverviewAnswer>;
  /** Where services send to. */
  readonly receiverUrl: string;
  /** Milliseconds. Default 150,000. */
  readonly patience?: number | undefined;
  /** Milliseconds. Default 500. */
  readonly pause?: number | undefined;
}

/**
 * The first answer of a receiver that has just begun which tells something: one with a table or an objective that
 * was measured, or after every service has sent twice. When patience is over it is what there is.
 *
 * @throws a failure where nothing at all has come
 */
export async function firstAnswer(waiting: Waiting): Promise<OverviewAnswer> {
  const { ask, receiverUrl, patience = PATIENCE, pause = PAUSE } = waiting;
  const end = Date.now() + patience;
  const firstSeen = new Map<string, number>();
  for (;;) {
    const answer = await ask();
    const { services, shown } = answer;
    for (const { name, lastSeen } of services) {
      if (!firstSeen.has(name)) firstSeen.set(name, lastSeen);
    }
    const isTold = shown.tables.length > 0 || shown.slos.some(({ errors }) => errors !== undefined);
    const haveSentTwice =
      services.length > 0 &&
      services.every(({ name, lastSeen }) => lastSeen - (firstSeen.get(name) ?? 0) > EXPORTS_APART);
    if (isTold || haveSentTwice) return answer;
    if (Date.now() >= end) {
      if (services.length > 0) return answer;
      throw failed(
        `Nothing was received at ${receiverUrl} within ${Math.round(patience / 1_000)} s.`,
        `Start a service with OTEL_EXPORTER_OTLP_ENDPOINT=${receiverUrl}; OTEL_METRIC_EXPORT_INTERVAL=2000 makes it send more often.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
