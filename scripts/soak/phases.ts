import {
  answering,
  type Behaviour,
  behaviours,
  type FaultyReceiver,
  redirecting,
  rejecting,
} from '../../test/support/faulty-receiver.js';

/** A way to fail, for a while. */
export interface Phase {
  readonly name: string;
  begin(receiver: FaultyReceiver, elsewhere: FaultyReceiver): Promise<void> | void;
}

const standing = (behaviour: Behaviour): Phase => ({
  name: behaviour.name,
  begin: (receiver) => receiver.behave(behaviour),
});

/** Statuses after which nothing may be sent again, one request each. */
const FINAL = [400, 401, 403, 404, 413, 415, 500];

/** Every way to fail, in turn. */
export const phases: readonly Phase[] = [
  standing(behaviours.refuse),
  standing(behaviours.hang),
  standing(answering(503)),
  standing(behaviours.resetInBody),
  standing(behaviours.resetAfterBody),
  {
    name: `refuses one request each with ${FINAL.join(', ')}`,
    begin: (receiver) => receiver.once(...FINAL.map((status) => answering(status))),
  },
  standing(answering(429, '1')),
  standing(behaviours.drip),
  standing(rejecting(10)),
  standing(behaviours.hangAfterTaking),
  standing(behaviours.truncatedAnswer),
  standing(behaviours.largeAnswer),
  {
    name: 'redirects one request elsewhere',
    begin: (receiver, elsewhere) => receiver.once(redirecting(elsewhere.url)),
  },
  {
    name: 'answers one request each with 502 and 504',
    begin: (receiver) => receiver.once(answering(502), answering(504)),
  },
  {
    name: 'is restarted',
    begin: async (receiver) => {
      await receiver.behave(behaviours.refuse);
      await receiver.behave(behaviours.accept);
    },
  },
];
