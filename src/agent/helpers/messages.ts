import type { Attributes } from '../../declare/index.js';
import type { Instruments } from '../../standard/index.js';
import { increments, read } from '../recorders.js';
import type { AttributesFor } from '../types.js';

/** What is recorded of the messages that users send. */
export interface MessageHelpers<R> {
  /** Counts one accepted message in `agent.user_messages`. */
  recordUserMessage(...attributes: AttributesFor<R, 'agentUserMessages'>): void;
  /** Records `agent.message.cost`: what answering one message cost, in US dollars. */
  recordMessageCost(
    cost: { readonly usd: number },
    ...attributes: AttributesFor<R, 'agentMessageCost'>
  ): void;
  /** Records `agent.file.size`: the size of one file taken in, in bytes. */
  recordFile(
    size: { readonly bytes: number },
    ...attributes: AttributesFor<R, 'agentFileSize'>
  ): void;
}

export function messageHelpers(it: Instruments): Record<keyof MessageHelpers<unknown>, unknown> {
  return {
    recordUserMessage: increments(it.agentUserMessages),
    recordMessageCost: (cost: { readonly usd: number }, attributes?: Attributes) =>
      it.agentMessageCost.record(read(cost, 'usd') as number, attributes),
    recordFile: (size: { readonly bytes: number }, attributes?: Attributes) =>
      it.agentFileSize.record(read(size, 'bytes') as number, attributes),
  };
}
