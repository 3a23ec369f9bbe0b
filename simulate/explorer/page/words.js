/** How numbers are written. */

const SHORT = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });
const COUNT = new Intl.NumberFormat("en-GB");

/** @param {string} text */
const withMinus = (text) => text.replace("-", "\u2212");

/** Return a number with at most three digits. @param {number} value @param {string} unit */
export function short(value, unit) {
  return withMinus(unit === "share" ? `${SHORT.format(100 * value)}%` : SHORT.format(value));
}

/** Return a number as it is typed. @param {number} value @param {string} unit */
export function plain(value, unit) {
  return withMinus(unit === "share" ? `${rounded(100 * value)}%` : String(rounded(value)));
}

/** Round off what is no more than an error of rounding. @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(9));
}

/** Return a unit as it stands beside numbers: shares are written as percentages. @param {string} unit */
export function unitInWords(unit) {
  return unit.trim() === "share" ? "" : unit.trim();
}

/** @param {number} paths */
export function count(paths) {
  return COUNT.format(paths);
}

/**
 * Return a probability, with more digits where it is small or nearly certain.
 * @param {number} share
 * @param {number} decimals of one that is neither
 */
export function percent(share, decimals = 0) {
  if (share === 0 || share === 1) return `${100 * share}%`;
  if (share < 0.0001) return "<0.01%";
  if (share > 0.9999) return ">99.99%";
  const near = Math.min(share, 1 - share);
  return `${(100 * share).toFixed(near < 0.001 ? 2 : near < 0.01 ? 1 : decimals)}%`;
}

/** Return a value as an axis names it. @param {number} value @param {string} unit */
export function tick(value, unit) {
  return unit !== "share" && Math.abs(value) >= 10_000 ? withMinus(`${value / 1000}k`) : inUnit(value, unit);
}

/**
 * Say what something was beside what it is; nothing, if that isn't known.
 * @param {string} is
 * @param {string} was
 */
export function wasInWords(is, was) {
  if (was === "") return "";
  return is === was ? ", as it was" : `, was ${was}`;
}

/** Return a value of an axis or a table in its unit. @param {number | null} value @param {string} unit */
export function inUnit(value, unit) {
  if (value === null || value === undefined) return "\u2013";
  if (unit === "share") return withMinus(`${Math.round(100 * value)}%`);
  return withMinus(COUNT.format(Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2))));
}

/** Return a value with its unit, as it is said aloud. @param {string} value @param {string} unit */
export function said(value, unit) {
  return `${value} ${unitInWords(unit)}`.trim();
}

/** @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Return the sentences of a text. @param {string} text */
export function sentences(text) {
  return text.split(/(?<=[.!?])\s+(?=[A-Z\u00b1])/);
}

/**
 * Return how many paths an answer is of.
 * @param {number} paths
 * @param {number} all there will be once the hand rests
 * @param {boolean} isAtRest
 */
export function pathsInWords(paths, all, isAtRest) {
  if (paths >= all) return `${count(paths)} paths.`;
  return isAtRest ? `${count(paths)} of ${count(all)} paths.` : `${count(paths)} paths, a preview.`;
}
