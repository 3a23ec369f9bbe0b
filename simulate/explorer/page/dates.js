/** The picture of a date: in which quarter it comes, or never, and the odds by year. */

import { drawn, element, labels, put, say } from "./dom.js";
import { fileName } from "./files.js";
import { roundUp, ticks } from "./scale.js";
import { createTable } from "./table.js";
import { capital, percent, wasInWords } from "./words.js";

/** @typedef {{by_quarter: number[], never: number, by_year: [number, number, number][]}} Time */
/** @typedef {{name: string, title: string, by?: number | string}} About */
/** @typedef {{quarters: string[], years: number[], year_ends: number[], stem: string}} Calendar */

const LEFT = 40;
const RIGHT = 4;
/** Heights, from above: a line of text, the histogram, a gap with a line of text, the odds, the years. */
const HEAD = 18;
const GAP = 26;
const FOOT = 18;
/** The histogram's part of what these leave. */
const BARS = 0.6;
/** Widths in quarters: between the last and never, and of never. Equal areas are equal shares. */
const APART = 1.5;
const NEVER = 6;
/** What a year's name needs. */
const YEAR_WIDTH = 34;

/**
 * @typedef {object} Layout where things stand, in pixels
 * @property {Map} x of a quarter's begin
 * @property {Map} y of a bar's top
 * @property {Map} up of odds
 * @property {number} floor under the bars
 * @property {number} ground under the odds
 * @property {number} high share at the top of the bars' axis
 * @property {number} last end of the last quarter
 * @property {[number, number]} never
 * @property {number[]} ends of years
 * @property {number} year place of the year that is asked about
 * @property {number} apart half of what is between bars
 */

/** Return the share of each quarter. @param {Time} time */
function shares({ by_quarter: reached }) {
  return reached.map((share, i) => Math.max(share - (reached[i - 1] ?? 0), 0));
}

/** Of the paths in which a date never comes. */
const NEVER_COMES = -1;

/**
 * @param {Element} parent
 * @param {Element | null} choice what chooses the date, if it can be chosen
 * @param {string} id
 * @param {(time: string, quarter: number) => void} behind asks for the paths behind a bar
 */
export function createDates(parent, choice, id, behind) {
  const title = element("h3", { id });
  const figure = element("figure", { "aria-labelledby": id }, title);
  parent.append(figure);
  const svg = drawn(figure, "svg", { "aria-hidden": "true" });
  const column = drawn(svg, "path", { class: "column" });
  const grid = drawn(svg, "path", { class: "grid" });
  const before = drawn(svg, "path", { class: "before" });
  const bars = drawn(svg, "path", { class: "bars" });
  const never = drawn(svg, "path", { class: "never" });
  const outline = drawn(svg, "path", { class: "was" });
  const band = drawn(svg, "path", { class: "band" });
  const oddsBefore = drawn(svg, "path", { class: "was" });
  const odds = drawn(svg, "path", { class: "line" });
  const keptLines = [0, 1, 2, 3].map((i) => drawn(svg, "path", { class: `kept kept-${i}` }));
  const asked = drawn(svg, "path", { class: "asked" });
  const points = drawn(svg, "path", { class: "points" });
  const axes = drawn(svg, "path", { class: "axis" });
  const write = labels(svg);
  const reach = drawn(svg, "path", { class: "reach" });
  let width = 0;
  let height = 0;
  let top = 0;
  /** @type {Shown | null} */
  let last = null;

  /** @type {Layout | null} */
  let place = null;

  const table = createTable(figure, id, () => (last ? cellsOf(last) : null), () => (last ? savedOf(last) : null), {
    head: "Behind it",
    text: "Paths",
    name: "Paths behind it",
    run: (row) => last && behind(last.about.name, row < last.calendar.quarters.length ? row : NEVER_COMES),
  });
  reach.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const bar = barAt(event);
    if (last && bar !== null) behind(last.about.name, bar);
  });
  reach.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    const bar = barAt(event);
    const [from, to] = place && bar !== null ? sidesOf(place, bar) : [0, 0];
    put(column, { d: to > from && place ? box(from, to, HEAD, place.floor) : "" });
  });
  reach.addEventListener("pointerleave", () => put(column, { d: "" }));
  if (choice) table.foot.append(choice);
  new ResizeObserver(([{ contentRect }]) => {
    [width, height] = [Math.round(contentRect.width), Math.round(contentRect.height)];
    put(svg, { viewBox: `0 0 ${width} ${height}` });
    if (last) draw(last);
  }).observe(svg);

  /** Return the bar under a pointer: its quarter, or that it never comes. @param {MouseEvent} event */
  function barAt({ clientX }) {
    if (!place || !last) return null;
    const at = clientX - svg.getBoundingClientRect().left;
    const quarters = last.calendar.quarters.map((_, i) => i);
    const isIn = (/** @type {number} */ bar) => {
      const [from, to] = sidesOf(/** @type {Layout} */ (place), bar);
      return from <= at && at < to;
    };
    return [...quarters, NEVER_COMES].find(isIn) ?? null;
  }

  /** @param {Shown} shown */
  function draw(shown) {
    const at = layout(shown);
    place = at;
    put(reach, { d: box(LEFT, width - RIGHT, HEAD, at.floor) });
    drawBars(shown, at);
    drawOdds(shown, at);
    const upright = (/** @type {number} */ x) =>
      `M${x.toFixed(1)} ${HEAD}V${at.floor}M${x.toFixed(1)} ${at.floor + GAP}V${at.ground}`;
    put(grid, { d: at.ends.map(upright).join("") });
    put(asked, { d: upright(at.ends[at.year]) });
    put(axes, { d: `M${LEFT} ${at.floor}H${width - RIGHT}M${LEFT} ${at.ground}H${at.last.toFixed(1)}` });
    write([...scaleLabels(at), ...yearLabels(shown.calendar, at), ...neverLabels(shown, at), ...oddsLabels(shown, at)]);
  }

  /** @param {Shown} shown @returns {Layout} */
  function layout(shown) {
    const { calendar, now, base } = shown;
    const number = calendar.quarters.length;
    const unit = (width - LEFT - RIGHT) / (number + APART + NEVER);
    const room = Math.max(height - HEAD - GAP - FOOT, 1);
    const [floor, ground] = [HEAD + BARS * room, height - FOOT];
    const high = highest(now, base);
    const x = (/** @type {number} */ quarter) => LEFT + unit * quarter;
    return {
      x,
      y: (share) => floor - (BARS * room * share) / high,
      up: (share) => ground - (1 - BARS) * room * share,
      floor,
      ground,
      high,
      last: x(number),
      never: [x(number + APART), x(number + APART + NEVER)],
      ends: calendar.year_ends.map((end) => x(end + 1)),
      year: yearOf(shown),
      apart: Math.min(unit * 0.12, 1.5),
    };
  }

  /** @param {Shown} shown @param {Layout} at */
  function drawBars({ now, base }, { x, y, floor, never: [from, to], apart }) {
    const old = base && shares(base);
    const wasNever = base ? `M${from} ${y(base.never / NEVER).toFixed(1)}H${to}` : "";
    put(before, { d: old ? rectangles(old, x, y, floor, 0) : "" });
    put(outline, { d: old ? steps(old, x, y) + wasNever : "" });
    put(bars, { d: rectangles(shares(now), x, y, floor, apart) });
    put(never, { d: box(from, to, y(now.never / NEVER), floor) });
  }

  /** @param {Shown} shown @param {Layout} at */
  function drawOdds({ calendar, now, base, about, kept }, { x, up, ends }) {
    keptLines.forEach((line, i) => put(line, { d: oddsOfKept(kept[i]?.answer, about, calendar, x, up) }));
    put(odds, { d: climb(now, x, up) });
    put(oddsBefore, { d: base ? climb(base, x, up) : "" });
    put(band, { d: ribbon(now, calendar.year_ends, x, up) });
    put(points, { d: ends.map((end, i) => dot(end, up(now.by_year[i][0]))).join("") });
  }

  /**
   * Return the height of the axis: it rises at once, and falls only from far.
   * @param {Time} now
   * @param {Time | null} base
   */
  function highest(now, base) {
    const times = base ? [now, base] : [now];
    const most = Math.max(0.01, ...times.flatMap((time) => [...shares(time), time.never / NEVER]));
    if (most > top || most < 0.4 * top) top = 1.08 * roundUp(most);
    return top;
  }

  return {
    /**
     * @param {Calendar} calendar
     * @param {About} about
     * @param {Time} now
     * @param {Time | null} base if it differs
     * @param {Kept[]} kept states
     */
    show(calendar, about, now, base, kept) {
      if (about.name !== last?.about.name) top = 0;
      last = { calendar, about, now, base, kept };
      say(title, finding(last));
      table.show();
      if (width > 0) draw(last);
    },
  };
}

/** @typedef {{name: string, answer: any}} Kept */
/** @typedef {{calendar: Calendar, about: About, now: Time, base: Time | null, kept: Kept[]}} Shown */

/** Say the odds by the year that is asked about, and what they were. @param {Shown} shown */
export function finding(shown) {
  const { what, is, was } = oddsOf(shown);
  return `${capital(what)}: ${is}${wasInWords(is, was)}`;
}

/** Say the same with the number first, for a narrow line. @param {Shown} shown */
export function inShort(shown) {
  const { what, is, was } = oddsOf(shown);
  return `${is}${was === "" || is === was ? "" : ` (was ${was})`} ${what}`;
}

/** @param {Shown} shown */
function oddsOf({ calendar, about, now, base }) {
  const place = yearOf({ calendar, about });
  const odds = [now, base].map((time) => time?.by_year[place][0]);
  const isNear = odds.every((each) => each !== undefined) && Math.abs(odds[0] - odds[1]) < 0.01;
  const [is, was] = odds.map((each) => (each === undefined ? "" : percent(each, isNear ? 1 : 0)));
  return { what: `${about.title} by ${calendar.years[place]}`, is, was };
}

/**
 * Return the place of the year that is asked about: the last, if none is.
 * @param {{calendar: Calendar, about: About}} shown
 */
function yearOf({ calendar, about }) {
  const found = calendar.years.indexOf(Number(about.by));
  return found >= 0 ? found : calendar.years.length - 1;
}

/**
 * Return where a label stands that is beside a line: under it, or over it near the ground.
 * @param {number} line
 * @param {number} top
 * @param {number} ground
 */
function beside(line, top, ground) {
  return line + 16 < ground ? line + 16 : Math.max(line - 8, top);
}

/** @typedef {(value: number) => number} Map */

/** @param {number} x @param {number} y */
const point = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** Return where a bar begins and ends. @param {Layout} at @param {number} bar */
function sidesOf({ x, never }, bar) {
  return bar === NEVER_COMES ? never : [x(bar), x(bar + 1)];
}

/** @param {number} left @param {number} right @param {number} top @param {number} floor */
function box(left, right, top, floor) {
  return `M${left.toFixed(1)} ${floor}V${top.toFixed(1)}H${right.toFixed(1)}V${floor}Z`;
}

/** @param {number[]} each @param {Map} x @param {Map} y @param {number} floor @param {number} apart */
function rectangles(each, x, y, floor, apart) {
  return each.map((share, i) => box(x(i) + apart, x(i + 1) - apart, y(share), floor)).join("");
}

/** @param {number[]} each @param {Map} x @param {Map} y */
function steps(each, x, y) {
  const tops = each.map((share, i) => `${point(x(i), y(share))}H${x(i + 1).toFixed(1)}`);
  return `M${tops.join("L")}`;
}

/** @param {Time} time @param {Map} x @param {Map} up */
function climb(time, x, up) {
  return `M${[0, ...time.by_quarter].map((share, i) => point(x(i), up(share))).join("L")}`;
}

/**
 * Return the odds' band: between the ends of years its width changes evenly.
 * @param {Time} time
 * @param {number[]} ends quarters
 * @param {Map} x
 * @param {Map} up
 */
function ribbon({ by_quarter: reached, by_year: odds }, ends, x, up) {
  const known = [[-1, 0, 0], ...odds.map(([value, low, high], i) => [ends[i], value - low, high - value])];
  let year = 0;
  const edges = reached.map((share, quarter) => {
    if (quarter > known[year + 1][0] && year + 2 < known.length) year += 1;
    const [from, to] = [known[year], known[year + 1]];
    const part = (quarter - from[0]) / (to[0] - from[0]);
    const width = (/** @type {number} */ side) => from[side] + part * (to[side] - from[side]);
    const at = x(quarter + 1);
    return [point(at, up(share + width(2))), point(at, up(Math.max(share - width(1), 0)))];
  });
  return `M${[...edges.map(([over]) => over), ...edges.map(([, under]) => under).reverse()].join("L")}Z`;
}

/**
 * Return the odds of a kept state: of other quarters, by the end of each year that both have.
 * @param {any} answer if it is known
 * @param {About} about
 * @param {Calendar} calendar
 * @param {Map} x
 * @param {Map} up
 */
function oddsOfKept(answer, about, calendar, x, up) {
  const time = answer?.times[about.name];
  const { quarters } = calendar;
  if (time && answer.first === quarters[0] && time.by_quarter.length === quarters.length) return climb(time, x, up);
  const found = calendar.years.flatMap((year, i) => {
    const odds = oddsIn(answer, about, year);
    return odds === null ? [] : [point(x(calendar.year_ends[i] + 1), up(odds))];
  });
  return found.length > 0 ? `M${found.join("L")}` : "";
}

/** @param {any} answer @param {About} about @param {number} year @returns {number | null} */
function oddsIn(answer, about, year) {
  return answer?.times[about.name]?.by_year[answer.years.indexOf(year)]?.[0] ?? null;
}

/** @param {number} x @param {number} y */
function dot(x, y) {
  return `M${(x - 2.5).toFixed(1)} ${y.toFixed(1)}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0`;
}

/** @typedef {import("./dom.js").Label} Label */

/** @param {Layout} at @returns {Label[]} */
function scaleLabels({ y, up, high, floor }) {
  const beside = (/** @type {Map} */ place) => (/** @type {number} */ share) =>
    ({ text: percent(share), x: LEFT - 6, y: place(share) + 4, anchor: "end" });
  return [
    { text: "Share of paths, by quarter", x: LEFT, y: 11, anchor: "start" },
    { text: "Reached by then", x: LEFT, y: floor + GAP - 7, anchor: "start" },
    ...ticks(0, high, 3).map(beside(y)),
    ...[0, 0.5, 1].map(beside(up)),
  ];
}

/** @param {Calendar} calendar @param {Layout} at @returns {Label[]} */
function yearLabels({ years }, { ends, ground }) {
  const each = ends.length > 1 ? ends[1] - ends[0] : Infinity;
  const every = Math.ceil(YEAR_WIDTH / each);
  return years.flatMap((year, i) => {
    const middle = ((ends[i - 1] ?? LEFT) + ends[i]) / 2;
    return i % every === 0 ? [{ text: String(year), x: middle, y: ground + 15 }] : [];
  });
}

/** @param {Shown} shown @param {Layout} at @returns {Label[]} */
function neverLabels({ now, base }, { y, never: [from, to] }) {
  const x = (from + to) / 2;
  const over = y(Math.max(now.never, base?.never ?? 0) / NEVER);
  return [
    { text: percent(now.never), x, y: over - 18, kind: "value" },
    { text: "never", x, y: over - 5 },
  ];
}

/**
 * Return the odds by the year that is asked about, and by the last.
 * @param {Shown} shown
 * @param {Layout} at
 * @returns {Label[]}
 */
function oddsLabels({ now }, { up, ends, year, floor, ground, last }) {
  const [odds] = now.by_year[year];
  const [final] = now.by_year[ends.length - 1];
  const bold = { anchor: "start", kind: "value" };
  const asked = { text: percent(odds), x: ends[year] + 5, y: beside(up(odds), floor + GAP, ground), ...bold };
  if (year === ends.length - 1) return [asked];
  return [asked, { text: percent(final), x: last + 6, y: up(final) + 4, ...bold }];
}

/** Return what the files hold. @param {Shown} shown */
function savedOf({ calendar, about, now, base }) {
  const own = shares(now);
  const head = ["quarter", "in it", "by its end", "95% low", "95% high", ...(base ? ["unchanged, by its end"] : [])];
  const rows = calendar.quarters.map((quarter, i) => {
    const [, low, high] = now.by_year[calendar.year_ends.indexOf(i)] ?? [0, null, null];
    return [quarter, own[i], now.by_quarter[i], low, high, ...(base ? [base.by_quarter[i]] : [])];
  });
  rows.push(["never", now.never, null, null, null, ...(base ? [base.never] : [])]);
  return { name: fileName(calendar.stem, "date-of", about.name), numbers: { head, rows } };
}

/** @param {Shown} shown */
function cellsOf({ calendar, about, now, base, kept }) {
  const own = shares(now);
  const head = ["Quarter", "In it", "By its end", "95% interval", ...(base ? ["Unchanged, by its end"] : []), ...kept.map(({ name }) => capital(name))];
  const rows = calendar.quarters.map((quarter, i) => {
    const year = calendar.year_ends.indexOf(i);
    const interval = year >= 0 ? `${percent(now.by_year[year][1], 1)} to ${percent(now.by_year[year][2], 1)}` : "";
    const was = base ? [percent(base.by_quarter[i], 1)] : [];
    const ofKept = kept.map(({ answer }) => {
      const odds = year >= 0 ? oddsIn(answer, about, calendar.years[year]) : null;
      return odds === null ? "" : percent(odds, 1);
    });
    return [quarter, percent(own[i], 1), percent(now.by_quarter[i], 1), interval, ...was, ...ofKept];
  });
  rows.push(["never", percent(now.never, 1), "", "", ...(base ? [`never: ${percent(base.never, 1)}`] : []), ...kept.map(() => "")]);
  return { caption: capital(about.title), head, rows };
}
