/** Marks an agent that meterbook itself sends with, so that what measures clients leaves it out. */
export const OWN_AGENT: unique symbol = Symbol.for('meterbook.own-agent.1') as never;
