/** The picture of an amount over the years: median, where half and 90% of paths are, what came true. */

import { drawn, element, labels, put, say } from "./dom.js";
import { fileName } from "./files.js";
import { logTicks, scaleOf, ticks } from "./scale.js";
import { createTable } from "./table.js";
import { capital, inUnit, tick, wasInWords } from "./words.js";

/**
 * @typedef {{quarters: number[], p05: number[], p25: number[], p50: number[], p75: number[], p95: number[]}} Fan
 */
/** @typedef {{name: string, title: string, unit: string}} About */
/** @typedef {{quarter: number, value: number, text: string}} Mark */
/**
 * @typedef {{about: About, stem: string, years: number[], year: number, now: Fan, base: Fan | null, marks: Mark[]}} Shown
 */

const LEFT = 50;
const RIGHT = 18;
const TOP = 8;
const FOOT = 18;
const LEVELS = /** @type {const} */ (["p05", "p25", "p50", "p75", "p95"]);
/** No share is drawn below it: some margins have no bottom. */
const LEAST_SHARE = -0.25;

/** @param {Element} parent @param {string} id */
export function createFan(parent, id) {
  const title = element("h3", { id });
  const figure = element("figure", { "aria-labelledby": id }, title);
  parent.append(figure);
  const svg = drawn(figure, "svg", { "aria-hidden": "true" });
  const grid = drawn(svg, "path", { class: "grid" });
  const inside = drawn(svg, "svg", { overflow: "hidden", x: LEFT, y: TOP });
  const outer = drawn(inside, "path", { class: "outer" });
  const inner = drawn(inside, "path", { class: "inner" });
  const before = drawn(inside, "path", { class: "was" });
  const ends = drawn(inside, "path", { class: "was faint" });
  const median = drawn(inside, "path", { class: "line" });
  const dots = drawn(inside, "path", { class: "true" });
  const axis = drawn(svg, "path", { class: "axis" });
  const write = labels(svg);
  let width = 0;
  let height = 0;
  /** @type {Shown | null} */
  let last = null;
  /** @type {[number, number] | null} */
  let range = null;

  const table = createTable(figure, id, () => (last ? cellsOf(last) : null), () => (last ? savedOf(last) : null));
  new ResizeObserver(([{ contentRect }]) => {
    width = Math.round(contentRect.width);
    height = Math.max(Math.round(contentRect.height) - TOP - FOOT, 1);
    put(svg, { viewBox: `0 0 ${width} ${TOP + height + FOOT}` });
    put(inside, { width: Math.max(width - LEFT - RIGHT, 1), height });
    if (last) draw(last);
  }).observe(svg);

  /** @param {Shown} shown */
  function draw({ about, years, now, base, marks }) {
    range = stable(range, rangeOf(about.unit, now, base, marks));
    const scale = scaleOf(...range);
    const first = Math.min(0, ...marks.map((mark) => mark.quarter));
    const span = (now.quarters.at(-1) ?? 1) - first + 2;
    const x = (/** @type {number} */ quarter) => ((width - LEFT - RIGHT) * (quarter - first + 1)) / span;
    const y = (/** @type {number | null} */ value) => height * (1 - place(scale, value));
    put(outer, { d: ribbon(now, "p05", "p95", x, y) });
    put(inner, { d: ribbon(now, "p25", "p75", x, y) });
    put(median, { d: line(now, "p50", x, y) });
    put(before, { d: base ? line(base, "p50", x, y) : "" });
    put(ends, { d: base ? line(base, "p05", x, y) + line(base, "p95", x, y) : "" });
    put(dots, { d: marks.map((mark) => diamond(x(mark.quarter), y(mark.value))).join("") });
    const named = scale.isLog ? logTicks(...range) : ticks(...range, 4);
    put(grid, { d: named.map((value) => `M${LEFT} ${(TOP + y(value)).toFixed(1)}H${width - RIGHT}`).join("") });
    put(axis, { d: `M${LEFT} ${TOP + height}H${width - RIGHT}` });
    const every = Math.ceil((40 * years.length) / Math.max(width - LEFT - RIGHT, 1));
    write([
      ...named.map((value) => ({ text: tick(value, about.unit), x: LEFT - 6, y: TOP + y(value) + 4, anchor: "end" })),
      ...years.flatMap((year, i) =>
        i % every === 0 ? [{ text: String(year), x: LEFT + x(now.quarters[i]), y: TOP + height + 15 }] : [],
      ),
    ]);
  }

  return {
    /** @param {Shown} shown */
    show(shown) {
      if (shown.about.name !== last?.about.name) range = null;
      last = shown;
      say(title, finding(shown));
      table.show();
      if (width > 0) draw(shown);
    },
  };
}

/** @param {Shown} shown */
function finding({ about, years, year, now, base }) {
  const i = Math.max(years.indexOf(year), 0);
  const [is, was] = [now, base].map((fan) => (fan ? inUnit(fan.p50[i], about.unit) : ""));
  const unit = about.unit === "share" ? "" : `, ${about.unit}`;
  return `${capital(about.title)}${unit}: ${is} in ${years[i]}${wasInWords(is, was)}`;
}

/**
 * Return the ends of the axis: by factors for what is never below nothing and grows by much.
 * @param {string} unit @param {Fan} now @param {Fan | null} base @param {Mark[]} marks
 * @returns {[number, number]}
 */
function rangeOf(unit, now, base, marks) {
  const fans = base ? [now, base] : [now];
  const values = fans.flatMap((fan) => LEVELS.flatMap((level) => fan[level])).concat(marks.map((mark) => mark.value));
  const numbers = values.filter((value) => value !== null && Number.isFinite(value));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (unit === "share") return [Math.max(Math.min(low, 0), LEAST_SHARE), Math.max(high, 1)];
  if (low > 0 && high / low > 50) return [low / 1.3, 1.3 * high];
  return [Math.min(low, 0), high === low ? low + 1 : high + 0.05 * (high - low)];
}

/**
 * Keep an axis until what it shows leaves it, or leaves most of it empty.
 * @param {[number, number] | null} old
 * @param {[number, number]} now
 * @returns {[number, number]}
 */
function stable(old, now) {
  if (!old || now[0] < old[0] || now[1] > old[1]) return now;
  const isSameKind = scaleOf(...old).isLog === scaleOf(...now).isLog;
  return isSameKind && now[1] - now[0] > 0.4 * (old[1] - old[0]) ? old : now;
}

/**
 * Return how far up a value is; outside of the axis, outside of the picture.
 * @param {import("./scale.js").Scale} scale
 * @param {number | null} value
 */
function place({ low, high, isLog }, value) {
  if (value === null) return -1;
  if (isLog) return value > 0 ? Math.log(value / low) / Math.log(high / low) : -1;
  return (value - low) / (high - low);
}

/** @typedef {(quarter: number) => number} Across */
/** @typedef {(value: number | null) => number} Up */
/** @typedef {typeof LEVELS[number]} Level */

/** @param {Fan} fan @param {Level} level @param {Across} x @param {Up} y */
function points(fan, level, x, y) {
  return fan.quarters.map((quarter, i) => `${x(quarter).toFixed(1)} ${y(fan[level][i]).toFixed(1)}`);
}

/** @param {Fan} fan @param {Level} level @param {Across} x @param {Up} y */
function line(fan, level, x, y) {
  return `M${points(fan, level, x, y).join("L")}`;
}

/** @param {Fan} fan @param {Level} low @param {Level} high @param {Across} x @param {Up} y */
function ribbon(fan, low, high, x, y) {
  return `M${[...points(fan, high, x, y), ...points(fan, low, x, y).reverse()].join("L")}Z`;
}

/** @param {number} x @param {number} y */
function diamond(x, y) {
  return `M${(x - 4.5).toFixed(1)} ${y.toFixed(1)}l4.5 -4.5l4.5 4.5l-4.5 4.5Z`;
}

/** Return what the files hold. @param {Shown} shown */
function savedOf({ about, stem, years, now, base }) {
  const head = ["year", ...LEVELS, ...(base ? ["unchanged p50"] : [])];
  const rows = years.map((year, i) => [year, ...LEVELS.map((level) => now[level][i]), ...(base ? [base.p50[i]] : [])]);
  return { name: fileName(stem, about.name, "by-year"), numbers: { head, rows } };
}

/** @param {Shown} shown */
function cellsOf({ about, years, now, base, marks }) {
  const said = (/** @type {number | null} */ value) => inUnit(value, about.unit);
  const head = ["Year", "P5", "P25", "Median", "P75", "P95", ...(base ? ["Unchanged, median"] : [])];
  const rows = years.map((year, i) => [
    String(year),
    ...LEVELS.map((level) => said(now[level][i])),
    ...(base ? [said(base.p50[i])] : []),
  ]);
  const unit = about.unit === "share" ? "" : `, ${about.unit}`;
  const truths = marks.map((mark) => mark.text).join("; ");
  return { caption: `${capital(about.title)}${unit}${truths && `. Came true: ${truths}`}`, head, rows };
}
