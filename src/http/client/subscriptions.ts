import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { attempt } from '../../core/index.js';

/** Subscribers of diagnostics channels that are taken off together. */
export interface Subscriptions {
  /** Adds one; what it throws is swallowed, since it would end the process as uncaught. */
  subscribe(channel: string, listener: (message: unknown) => void): void;
  end(): void;
}

export function makeSubscriptions(): Subscriptions {
  const all: (readonly [string, (message: unknown) => void])[] = [];
  return {
    subscribe(channel, listener) {
      const wrapped = (message: unknown): void => attempt(() => listener(message));
      all.push([channel, wrapped]);
      subscribe(channel, wrapped);
    },
    end() {
      for (const [channel, wrapped] of all.splice(0)) unsubscribe(channel, wrapped);
    },
  };
}
