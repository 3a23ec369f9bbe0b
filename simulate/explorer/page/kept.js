/** States that are kept under a name, to be compared: at most four. */

import { csvOf, save } from "./files.js";
import { drawn, element, say } from "./dom.js";
import { capital, percent } from "./words.js";

/** @typedef {import("./state.js").Changes} Changes */
/** @typedef {{name: string, scenario: string, lab: string, changes: Changes, answer: any, words: string, wrong: string}} State */

export const MOST = 4;
const LONGEST_NAME = 40;

/** @param {any} held @returns {State[]} */
export function statesOf(held) {
  if (!Array.isArray(held)) return [];
  const fit = held.filter((each) => each && typeof each.name === "string" && each.changes && typeof each.changes === "object");
  return fit.slice(0, MOST).map(({ name, scenario, lab, changes }) => ({
    name: name.slice(0, LONGEST_NAME), scenario: String(scenario ?? ""), lab: String(lab ?? "").slice(0, 200),
    changes, answer: null, words: "", wrong: "",
  }));
}

/**
 * @param {Record<"keep" | "kept" | "legend", any>} places
 * @param {State[]} first
 * @param {object} on
 * @param {() => State} on.keep what is to be kept
 * @param {(state: State) => void} on.open
 * @param {() => void} on.change
 * @param {() => string} on.stem of files
 * @param {(text: string) => void} on.tell
 */
export function createKept({ keep, kept, legend }, first, on) {
  let states = first;
  /** @type {any} */
  let scene = null;
  /** @type {any} */
  let now = null;
  const summary = element("summary");
  const body = element("tbody");
  const head = element("thead");
  const download = element("button", { type: "button", class: "quiet" }, "Download as CSV");
  const table = element("table", { class: "states" }, element("caption", { class: "unseen" }, "Kept states"), head, body);
  kept.append(summary, element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Kept states" }, table), download);
  keep.addEventListener("click", add);
  kept.addEventListener("toggle", fill);
  download.addEventListener("click", () =>
    save(`${on.stem()}-states.csv`, new Blob([csvOf(numbers())], { type: "text/csv" })));

  function add() {
    if (states.length >= MOST) {
      on.tell(`${MOST} states are kept, the most that there may be: remove one.`);
      return;
    }
    const state = on.keep();
    let number = 1;
    while (states.some(({ name }) => name === `state ${number}`)) number += 1;
    state.name = `state ${number}`;
    states = [...states, state];
    kept.hidden = false;
    kept.open = true;
    changed();
    on.tell(`Kept as ${state.name}.`);
  }

  function changed() {
    fill();
    on.change();
  }

  /** Return the row of numbers of an answer. @param {any} answer */
  function row(answer) {
    return scene.times.slice(0, 2).flatMap((/** @type {any} */ time) => {
      const place = answer?.years.indexOf(Number(time.by)) ?? -1;
      const found = answer?.times[time.name];
      return [found?.by_year[place]?.[0] ?? null, found ? median(answer, found) : ""];
    });
  }

  function heads() {
    const titles = scene.times.slice(0, 2).flatMap((/** @type {any} */ time) =>
      [`${capital(time.title)} by ${time.by}`, "Median quarter"]);
    return ["State", ...titles, "What is changed"];
  }

  function numbers() {
    const rows = states.map((state) => [state.name, ...row(state.answer), inWords(state)]);
    return { head: heads(), rows: [["now", ...row(now), ""], ...rows] };
  }

  function fill() {
    kept.hidden = states.length === 0;
    say(summary, states.length === 1 ? "1 kept state" : `${states.length} kept states`);
    fillLegend();
    if (!scene || !kept.open) return;
    head.replaceChildren(element("tr", {}, ...heads().map((text) => element("th", { scope: "col" }, text)), element("td")));
    body.replaceChildren(
      element("tr", {}, element("th", { scope: "row" }, "Now"), ...cells(now, ""), element("td"), element("td")),
      ...states.map(line),
    );
  }

  function fillLegend() {
    legend.hidden = states.length === 0;
    legend.replaceChildren(...states.flatMap(({ name }, i) => [element("span", {}, swatch(i), name)]));
  }

  /** @param {any} answer @param {string} wrong */
  function cells(answer, wrong) {
    if (!answer) return [element("td", { colspan: "4" }, wrong || "being simulated …")];
    return row(answer).map((/** @type {any} */ value) =>
      element("td", {}, typeof value === "number" ? percent(value) : value ?? "\u2013"));
  }

  /** @param {State} state */
  function inWords({ scenario, lab, words, changes }) {
    const number = Object.keys(changes).length;
    const said = words || (number === 0 ? "nothing" : number === 1 ? "1 change" : `${number} changes`);
    return scenario === scene.scenario ? said : `${lab}: ${said}`;
  }

  /** @param {State} state @param {number} i */
  function line(state, i) {
    const name = element("input", { "aria-label": `Name of ${state.name}`, maxlength: String(LONGEST_NAME) });
    name.value = state.name;
    name.addEventListener("change", () => {
      state.name = name.value.trim() || state.name;
      name.value = state.name;
      fillLegend();
      on.change();
    });
    const open = element("button", { type: "button", class: "quiet", "aria-label": `Open ${state.name}` }, "Open");
    const remove = element("button", { type: "button", class: "quiet", "aria-label": `Remove ${state.name}` }, "Remove");
    open.addEventListener("click", () => on.open(state));
    remove.addEventListener("click", () => {
      states = states.filter((each) => each !== state);
      changed();
      (body.querySelector("input") ?? keep).focus();
    });
    return element("tr", {},
      element("th", { scope: "row" }, swatch(i), name),
      ...cells(state.answer, state.wrong),
      element("td", { class: "words" }, inWords(state)), element("td", { class: "acts" }, open, remove));
  }

  return {
    get states() {
      return states;
    },
    /** @param {State[]} given */
    replace(given) {
      states = given;
      fill();
    },
    /** @param {any} given */
    scene(given) {
      scene = given;
      fill();
    },
    /** Show what is now, once it is final. @param {any} answer */
    now(answer) {
      if (now === answer) return;
      now = answer;
      if (states.length > 0) fill();
    },
    /** The first that has no answer yet. */
    next: () => states.find(({ answer, wrong }) => !answer && !wrong),
    fill,
  };
}

/** Return the quarter by whose end half of the paths are there. @param {any} answer @param {any} time */
function median({ first }, { by_quarter: reached }) {
  const place = reached.findIndex((/** @type {number} */ share) => share >= 0.5);
  if (place < 0) return "later or never";
  const [year, quarter] = first.split("Q").map(Number);
  const count = 4 * year + quarter - 1 + place;
  return `${Math.floor(count / 4)}Q${(count % 4) + 1}`;
}

/** @param {number} i */
function swatch(i) {
  const around = element("span", { class: "swatch", "aria-hidden": "true" });
  const svg = drawn(around, "svg", { viewBox: "0 0 28 8" });
  drawn(svg, "path", { class: `kept kept-${i}`, d: "M0 4H28" });
  return around;
}
