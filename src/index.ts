/** The public surface of `meterbook`. */
export {};
