/** Numbers, rounded and as text. */

const TINY = 1e-4; // below it a number is written with its power of ten

/** Return a number as text with at most so many digits and a true minus sign. */
export function number(value, digits = 4) {
  const short = Number(value.toPrecision(digits));
  const text = short !== 0 && Math.abs(short) < TINY ? short.toExponential() : short.toString();
  return text.replaceAll("-", "\u2212");
}

/** Round a number to a power of ten that is at most `least`. */
export function rounded(value, least) {
  const digits = Math.ceil(-Math.log10(least));
  return digits > 15 || digits < -15 ? value : Number(value.toFixed(Math.min(Math.max(digits, 0), 15)));
}
