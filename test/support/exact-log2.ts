/** Bits after the point of the fixed-point numbers below: far more than a double has. */
const PRECISION = 256n;
const ONE = 1n << PRECISION;

/** A positive double, taken apart exactly: `value = mantissa × 2 ** exponent`, mantissa in [1, 2). */
function takeApart(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  // Subnormal values are scaled up first, so that the leading bit is where it always is.
  const shift = value < 2 ** -1022 ? 100 : 0;
  view.setFloat64(0, value * 2 ** shift);
  const bits = view.getBigUint64(0);
  const fraction = bits & ((1n << 52n) - 1n);
  const exponent = Number((bits >> 52n) & 0x7ffn) - 1023 - shift;
  return { mantissa: ((1n << 52n) | fraction) << (PRECISION - 52n), exponent };
}

/**
 * `floor(log2(value) × 2 ** scale)` in integer arithmetic: each squaring of the mantissa gives one
 * binary digit of the logarithm. `fraction` is how far the exact result is above the whole number,
 * from 0 up to 1: 0 for powers of two alone, since every other boundary is irrational.
 */
export function exactLog2(value: number, scale: number): { whole: number; fraction: number } {
  let { mantissa, exponent: whole } = takeApart(value);
  for (let digit = 0; digit < scale; digit++) {
    mantissa = (mantissa * mantissa) >> PRECISION;
    whole *= 2;
    if (mantissa >= 2n * ONE) {
      mantissa >>= 1n;
      whole += 1;
    }
  }
  if (scale < 0) {
    const divisor = 2 ** -scale;
    const isExact = mantissa === ONE && whole % divisor === 0;
    return { whole: Math.floor(whole / divisor), fraction: isExact ? 0 : 0.5 };
  }
  return {
    whole,
    fraction: Math.log2(1 + Number((mantissa - ONE) >> (PRECISION - 60n)) / 2 ** 60),
  };
}
