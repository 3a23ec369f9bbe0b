/** How the answer goes from low to high with each input: bars around the answer. */

import { drawn, element, put, say } from "./dom.js";
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

/**
 * @param {Element} place
 * @param {object} on
 * @param {() => number} on.ask returns the question's number, 0 if it can't be asked
 * @param {(key: string) => void} on.reveal
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
  const table = createTable(figure, ID, () => last && cellsOf(last), null);
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

  function draw() {
    /** @type {Bar[]} */
    const bars = last.bars;
    const ends = [last.answer, ...bars.flatMap(({ middle: own, low, high }) => [own, low.chance, high.chance])];
    const low = STEP * Math.floor(Math.min(...ends.map((chance) => chance.low)) / STEP + 1e-9);
    const high = STEP * Math.ceil(Math.max(...ends.map((chance) => chance.high)) / STEP - 1e-9);
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

/** @param {any} shown */
function cellsOf({ title, bars }) {
  const head = ["Input", "Low", "Answer there", "High", "Answer there", "Of which paths", "Their answer"];
  const rows = bars.map((/** @type {Bar} */ { title: name, among, middle, low, high }) => [
    name, low.text, low.chance.text, high.text, high.chance.text, among || "all", middle.text,
  ]);
  return { caption: title, head, rows };
}
