/** How the answer goes from low to high with each input: bars around the answer. */

import { drawn, element, labels, put, say } from "./dom.js";
import { fileName, linesOf } from "./files.js";
import { createTable } from "./table.js";
import { capital, count, percent } from "./words.js";

/** @typedef {import("./state.js").Changes} Changes */
/** @typedef {{value: number, low: number, high: number, text: string}} Chance */
/** @typedef {{text: string, chance: Chance}} End */
/** @typedef {{key: string, title: string, among: string, middle: Chance, low: End, high: End}} Bar */

const ID = "tornado-title";
const ASKED = "Looking into the paths \u2026";
const WIDTH = 100;
const HEIGHT = 20;
/** Top and bottom of the bar of each end. */
const LOW = [3, 9];
const HIGH = [11, 17];
/** The axis goes to whole steps of this. */
const STEP = 0.1;
/** Of the picture in files, in pixels: where bars begin and end, where it ends, a line of text, its letters. */
const FILE = { from: 270, to: 560, width: 790, line: 15, letters: 40 };

/**
 * @param {Element} place
 * @param {object} on
 * @param {() => number} on.ask returns the question's number, 0 if it can't be asked
 * @param {(key: string) => void} on.reveal
 * @param {() => string} on.stem of files
 */
export function createTornado(place, on) {
  const title = element("h3", { id: ID }, ASKED);
  const [from, to, middle] = [element("span"), element("span"), element("span", { class: "value" })];
  const axis = element("div", { class: "axis-labels", "aria-hidden": "true" }, element("p", {}, from, middle, to));
  const list = element("ol", { class: "plain" });
  const about = element("p", { class: "about" });
  const figure = element("div", { class: "figure", role: "group", "aria-labelledby": ID }, title, axis, list, about);
  const details = element("details", { class: "tornado" },
    element("summary", {}, "What moves the answer, from low to high"), figure);
  place.append(details);
  /** @type {any} */
  let last = null;
  /** @type {SVGSVGElement | null} The picture in files. */
  let picture = null;
  const table = createTable(figure, ID, () => last && cellsOf(last), () => last && savedOf(last, on.stem()), null, drawing);
  /** @type {ReturnType<typeof createRow>[]} */
  const rows = [];
  /** @type {Changes | null} What it was asked for. */
  let askedFor = null;
  let number = 0;
  /** @type {{changes: Changes, isReady: boolean} | null} */
  let now = null;
  details.addEventListener("toggle", ask);

  function ask() {
    if (!details.open || !now?.isReady || askedFor === now.changes) return;
    number = on.ask();
    askedFor = number > 0 ? now.changes : null;
    figure.setAttribute("aria-busy", "true");
  }

  /** Draw all rows as one picture, which a file holds; the page keeps it out of sight. */
  function drawing() {
    picture?.remove();
    const node = drawn(figure, "svg", { class: "unseen", "aria-hidden": "true" });
    drawWhole(node, last);
    picture = node;
    return node;
  }

  function draw() {
    /** @type {Bar[]} */
    const bars = last.bars;
    const { low, high } = rangeOf(last);
    const x = (/** @type {number} */ share) => (WIDTH * (share - low)) / (high - low || 1);
    say(title, `${last.title}: ${last.answer.text} of ${count(last.paths)} paths`);
    say(from, percent(low));
    say(to, percent(high));
    say(middle, percent(last.answer.value));
    middle.style.left = `${x(last.answer.value)}%`;
    axis.hidden = bars.length === 0;
    say(about, bars.length > 0 ? LEGEND : "No input moves it by more than the error of so few paths.");
    while (rows.length < bars.length) rows.push(createRow(on.reveal));
    bars.forEach((bar, i) => rows[i].show(bar, last.answer, x));
    if (list.childElementCount !== bars.length) {
      list.replaceChildren(...rows.slice(0, bars.length).map(({ node }) => node));
    }
    table.show();
  }

  return {
    /**
     * Take note of what is changed, and whether its answer has come: then it is asked for.
     * @param {Changes} changes
     * @param {boolean} isReady
     */
    want(changes, isReady) {
      now = { changes, isReady };
      ask();
    },
    /** @param {any} message */
    show(message) {
      if (message.number !== number) return;
      last = message;
      figure.setAttribute("aria-busy", "false");
      draw();
    },
    /** Say what is wrong with a question; false if it is none of here. @param {number} of @param {string} text */
    complain(of, text) {
      if (of !== number || number === 0) return false;
      figure.setAttribute("aria-busy", "false");
      say(title, text);
      return true;
    },
    /** Forget what was asked: it is another scenario's, or its answer is lost. */
    lost() {
      askedFor = null;
    },
  };
}

const LEGEND =
  "Upper, light bar: among the fifth of paths in which the input is lowest, or where the alternative isn\u2019t so; " +
  "lower, dark bar: in which it is highest, or where it is so. No input is set: what goes along with it moves as well. " +
  "Thin lines: 95% intervals. Dashed: the answer of all paths.";

/** @param {(key: string) => void} reveal */
function createRow(reveal) {
  const name = element("button", { type: "button", class: "quiet" });
  const among = element("span", { class: "about" });
  const svg = drawn(element("div", { class: "bar" }), "svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true",
  });
  const answer = drawn(svg, "path", { class: "asked" });
  const low = drawn(svg, "path", { class: "never" });
  const high = drawn(svg, "path", { class: "bars" });
  const middle = drawn(svg, "path", { class: "axis" });
  const errors = drawn(svg, "path", { class: "errors" });
  const [lowText, highText] = [element("span"), element("span")];
  const ends = element("p", { class: "ends" }, lowText, highText);
  const node = element("li", {}, element("div", {}, name, among), svg.parentNode, ends);
  let key = "";
  name.addEventListener("click", () => reveal(key));

  /** @param {Bar} bar @param {Chance} whole @param {(share: number) => number} x */
  function show(bar, whole, x) {
    key = bar.key;
    say(name, capital(bar.title));
    say(among, bar.among);
    const at = (/** @type {number} */ share) => x(share).toFixed(2);
    const strip = (/** @type {End} */ { chance }, /** @type {number[]} */ [top, floor]) =>
      `M${at(bar.middle.value)} ${floor}V${top}H${at(chance.value)}V${floor}Z`;
    const whisker = (/** @type {End} */ { chance }, /** @type {number[]} */ [top, floor]) =>
      `M${at(chance.low)} ${(top + floor) / 2}H${at(chance.high)}`;
    put(answer, { d: `M${at(whole.value)} 0V${HEIGHT}` });
    put(middle, { d: `M${at(bar.middle.value)} ${LOW[0] - 2}V${HIGH[1] + 2}` });
    put(low, { d: strip(bar.low, LOW) });
    put(high, { d: strip(bar.high, HIGH) });
    put(errors, { d: whisker(bar.low, LOW) + whisker(bar.high, HIGH) });
    say(lowText, `${capital(bar.low.text)}: ${bar.low.chance.text}`);
    say(highText, `${capital(bar.high.text)}: ${bar.high.chance.text}`);
  }
  return { node, show };
}

/** Return the ends of the axis. @param {any} shown */
function rangeOf({ answer, bars }) {
  /** @type {Chance[]} */
  const ends = [answer, ...bars.flatMap((/** @type {Bar} */ { middle, low, high }) => [middle, low.chance, high.chance])];
  return {
    low: STEP * Math.floor(Math.min(...ends.map((chance) => chance.low)) / STEP + 1e-9),
    high: STEP * Math.ceil(Math.max(...ends.map((chance) => chance.high)) / STEP - 1e-9),
  };
}

/** @param {SVGSVGElement} picture @param {any} shown */
function drawWhole(picture, shown) {
  const { low, high } = rangeOf(shown);
  const { from, to, width, line, letters } = FILE;
  const x = (/** @type {number} */ share) => from + ((to - from) * (share - low)) / (high - low || 1);
  /** @type {import("./dom.js").Label[]} */
  const texts = [low, high].map((share) => ({ text: percent(share), x: x(share), y: 11 }));
  let y = 2 * line;
  for (const bar of /** @type {Bar[]} */ (shown.bars)) {
    const names = [capital(bar.title), bar.among].flatMap((text) => linesOf(text, letters)).filter(Boolean);
    const top = y - 9;
    for (const [i, [kind, end]] of /** @type {[string, End][]} */ ([["never", bar.low], ["bars", bar.high]]).entries()) {
      const [over, under] = [top + line * i, top + line * i + 9];
      drawn(picture, "path", { class: kind, d: `M${x(bar.middle.value)} ${under}V${over}H${x(end.chance.value)}V${under}Z` });
      drawn(picture, "path", { class: "errors", d: `M${x(end.chance.low)} ${(over + under) / 2}H${x(end.chance.high)}` });
      texts.push({ text: `${capital(end.text)}: ${end.chance.text}`, x: to + 12, y: y + line * i, anchor: "start" });
    }
    texts.push(...names.map((text, i) => ({ text, x: 0, y: y + line * i, anchor: "start" })));
    y += line * Math.max(names.length, 2) + 8;
  }
  drawn(picture, "path", { class: "asked", d: `M${x(shown.answer.value)} ${line}V${y - line}` });
  labels(picture)([...texts, { text: percent(shown.answer.value), x: x(shown.answer.value), y: 11, kind: "value" }]);
  put(picture, { viewBox: `0 0 ${width} ${y}` });
  Object.assign(picture.style, { width: `${width}px`, height: `${y}px` });
}

/** Return what the files hold. @param {any} shown @param {string} stem */
function savedOf({ bars }, stem) {
  const of = ["", ", 95% low", ", 95% high"];
  const head = ["input", "of which paths", ...["their answer", "low", "high"].flatMap((name, i) =>
    [...(i > 0 ? [name] : []), ...of.map((what) => `${i > 0 ? `answer where ${name}` : name}${what}`)])];
  const chance = (/** @type {Chance} */ { value, low, high }) => [value, low, high];
  const rows = bars.map((/** @type {Bar} */ { title, among, middle, low, high }) => [
    title, among || "all", ...chance(middle), low.text, ...chance(low.chance), high.text, ...chance(high.chance),
  ]);
  return { name: fileName(stem, "low-to-high"), numbers: { head, rows } };
}

/** @param {any} shown */
function cellsOf({ title, bars }) {
  const head = ["Input", "Low", "Answer there", "High", "Answer there", "Of which paths", "Their answer"];
  const rows = bars.map((/** @type {Bar} */ { title: name, among, middle, low, high }) => [
    name, low.text, low.chance.text, high.text, high.chance.text, among || "all", middle.text,
  ]);
  return { caption: title, head, rows };
}
