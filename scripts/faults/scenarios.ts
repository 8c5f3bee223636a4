import { setTimeout as sleep } from 'node:timers/promises';
import {
  answering,
  type Behaviour,
  behaviours,
  type FaultyReceiver,
  redirecting,
} from '../../test/support/faulty-receiver.js';

/** What a scenario has to do harm with. */
export interface Scene {
  readonly receiver: FaultyReceiver;
  /** Another server, which must not be sent anything. */
  readonly elsewhere: FaultyReceiver;
  /** Time between exports, milliseconds. */
  readonly intervalMillis: number;
  signal(name: NodeJS.Signals): void;
}

/** One fault, and what meterbook promises of it. */
export interface Scenario {
  readonly name: string;
  /** Does the harm, some time after the first export has been accepted. */
  harm(scene: Scene): Promise<void>;
  /** `true`: the fault ends the process; otherwise it is asked to end a while later. */
  readonly isFatal?: boolean;
  /** meterbook keeps a spool, and the process is started again afterwards. */
  readonly hasSpool?: boolean;
  /** What meterbook may lose beyond what the receiver refuses: nothing, or what was not collected. */
  readonly mayLose: 'nothing' | 'the last interval';
}

/** How many intervals a fault lasts. */
const OUTAGE = 3;

/** A fault that comes and goes. */
function outage(name: string, behaviour: Behaviour, intervals = OUTAGE): Scenario {
  return {
    name,
    mayLose: 'nothing',
    async harm({ receiver, intervalMillis }) {
      await receiver.behave(behaviour);
      await sleep(intervals * intervalMillis);
      await receiver.behave(behaviours.accept);
    },
  };
}

/** A fault of one request. */
function once(name: string, behaviour: Behaviour): Scenario {
  return {
    name,
    mayLose: 'nothing',
    harm: async ({ receiver }) => receiver.once(behaviour),
  };
}

/** A signal at a random moment between two exports, or while the collector fails. */
function ending(
  name: string,
  signal: NodeJS.Signals,
  rest: Pick<Scenario, 'mayLose' | 'hasSpool'> & { readonly meanwhile?: Behaviour },
): Scenario {
  return {
    name,
    isFatal: true,
    ...rest,
    async harm({ receiver, intervalMillis, signal: send }) {
      if (rest.meanwhile !== undefined) {
        await receiver.behave(rest.meanwhile);
        await sleep(OUTAGE * intervalMillis);
      }
      await sleep((0.2 + 0.6 * Math.random()) * intervalMillis);
      send(signal);
    },
  };
}

/** Every fault of the table. */
export const scenarios: readonly Scenario[] = [
  outage('the collector refuses connections, then is back', behaviours.refuse),
  outage('the collector is restarted', behaviours.refuse, 0.5),
  outage('it accepts and never answers', behaviours.hang),
  outage('it answers one byte every 500 ms', behaviours.drip),
  outage('429 with Retry-After: 1', answering(429, '1')),
  outage('429 with Retry-After: 0', answering(429, '0')),
  outage('503 to every request', answering(503)),
  once('500 once', answering(500)),
  outage('connections reset in the middle of the body', behaviours.resetInBody),
  once('a connection reset after the body was taken', behaviours.resetAfterBody),
  {
    name: 'one request redirected elsewhere (307)',
    mayLose: 'nothing',
    harm: async ({ receiver, elsewhere }) => receiver.once(redirecting(elsewhere.url)),
  },
  // The worker shuts down when it gets this signal.
  ending('shut down while it answers one byte every 500 ms', 'SIGUSR2', {
    mayLose: 'nothing',
    meanwhile: behaviours.drip,
  }),
  ending('SIGTERM at a random moment', 'SIGTERM', { mayLose: 'nothing' }),
  ending('SIGTERM while the collector is away, then started again', 'SIGTERM', {
    mayLose: 'nothing',
    hasSpool: true,
    meanwhile: behaviours.refuse,
  }),
  // The worker throws when it gets this signal.
  ending('an error that nobody catches, then started again', 'SIGUSR1', {
    mayLose: 'nothing',
    hasSpool: true,
  }),
  ending('kill -9 while the collector is away, then started again', 'SIGKILL', {
    mayLose: 'the last interval',
    hasSpool: true,
    meanwhile: behaviours.refuse,
  }),
];
