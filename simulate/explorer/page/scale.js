/** Mappings between values and places, and the values that an axis names. */

/** From which ratio of its ends on a range of positive values is spread by factors. */
const WIDE = 50;

/**
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {boolean} isLog
 * @property {(value: number) => number} at place of a value, from 0 to 1
 * @property {(place: number) => number} value at a place, rounded to what a place tells apart
 */

/**
 * @param {number} low
 * @param {number} high
 * @param {number} places how many a hand can tell apart
 * @returns {Scale}
 */
export function scaleOf(low, high, places = 400) {
  const isLog = low > 0 && high / low > WIDE;
  const [from, to] = isLog ? [Math.log(low), Math.log(high)] : [low, high];
  const span = to - from || 1;
  const step = span / places;
  return {
    low,
    high,
    isLog,
    at: (value) => clamped(((isLog ? Math.log(Math.max(value, low)) : value) - from) / span, 0, 1),
    value: (place) => {
      const raw = from + place * span;
      return isLog ? Number(Math.exp(raw).toPrecision(3)) : roundedTo(raw, step);
    },
  };
}

/** @param {number} value @param {number} low @param {number} high */
export function clamped(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Round to the decimals of a step. @param {number} value @param {number} step */
function roundedTo(value, step) {
  const decimals = clamped(-Math.floor(Math.log10(step)), 0, 12);
  return Number(value.toFixed(decimals)) + 0;
}

/**
 * Return round values between two ends, at most about so many.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function ticks(low, high, most) {
  const step = leastOf([1, 2, 2.5, 5, 10], (high - low) / most);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)) + 0);
  }
  return found;
}

/**
 * Return powers of ten between two ends, with 2 and 5 between where those are few.
 * @param {number} low
 * @param {number} high
 */
export function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const digits = decades > 3 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 5];
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of digits) {
      const value = digit * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
  }
  return found;
}

/** Return the least round number that is not below a value. @param {number} value */
export function roundUp(value) {
  return leastOf([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10], value);
}

/** @param {number[]} digits @param {number} least */
function leastOf(digits, least) {
  const power = 10 ** Math.floor(Math.log10(least || 1));
  return power * (digits.find((digit) => digit * power >= least * 0.9999) ?? 10);
}
