/** Marks a server that meterbook itself listens with, so that what measures servers leaves it out. */
export const OWN_SERVER: unique symbol = Symbol.for('meterbook.own-server.1') as never;
