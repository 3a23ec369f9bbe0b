/** One assumption: its picture with handles, numbers to type, kind, source, and way back. */

import { createDistribution } from "./distribution.js";
import { element, say } from "./dom.js";
import { createHandle } from "./handle.js";
import { scaleOf } from "./scale.js";
import { isSame } from "./state.js";
import { capital, plain, short, unitInWords } from "./words.js";

/**
 * @typedef {object} Control as the server describes an assumption
 * @property {string} key
 * @property {string} title
 * @property {string} section
 * @property {string} what
 * @property {string} unit
 * @property {any} value
 * @property {string} kind
 * @property {string[]} kinds
 * @property {import("./handle.js").Part[]} handles
 * @property {[number, number]} scale
 * @property {any} shape
 * @property {string} source
 * @property {{id: string, text: string}[]} facts
 * @property {string} base_rate
 * @property {string} declared
 * @property {number | null} rank
 */

/** What a part's title says of a distribution that is truncated. */
const CUT_OFF = " before it is cut off";
const KINDS = { value: "certain", pert: "PERT" };

/**
 * Return what a change sets: the value with a part of its table, or a plain number.
 * @param {any} value
 * @param {string} part
 * @param {any} set
 */
export function withPart(value, part, set) {
  return part && typeof value === "object" ? { ...value, [part]: set } : set;
}

/**
 * Return a control as it is with a value that the server hasn't told of yet.
 * @param {Control} control
 * @param {any} value
 */
export function withValue(control, value) {
  const handles = control.handles.map((handle) => {
    const set = handle.part ? value?.[handle.part] : value;
    return typeof set === "number" ? { ...handle, value: set, text: plain(set, control.unit) } : handle;
  });
  return { ...control, value, handles };
}

/**
 * @param {Control} base
 * @param {object} on
 * @param {(key: string, part: string) => void} on.grab
 * @param {(isHeld: boolean) => void} on.hold
 * @param {(key: string, part: string, set: any) => void} on.move
 * @param {(key: string, part: string) => void} on.rest
 * @param {(key: string, part: string, text: string) => void} on.type
 * @param {(key: string, kind: string) => void} on.kind
 * @param {(key: string) => void} on.reset
 */
export function createControl(base, on) {
  const id = `c-${base.key.replace(/[^\w]+/g, "-")}`;
  const { key } = base;
  let now = base;
  let scale = scaled(base);
  /** @type {ReturnType<typeof createHandle>[]} */
  let handles = [];

  const name = element("span", { id: `${id}-title` }, capital(base.title));
  const heading = element("h4", {}, name, " ", element("small", {}, unitInWords(base.unit)));
  const reset = element("button", { type: "button", class: "quiet", "aria-label": `Reset ${base.title}` }, "Reset");
  const track = element("div", { class: "track" });
  const distribution = createDistribution(track);
  const [low, high] = [element("span", { "aria-hidden": "true" }), element("span", { "aria-hidden": "true" })];
  const quantiles = element("span", { id: `${id}-notes` });
  const edge = element("span", { class: "edge", role: "status" });
  const ends = element("p", { class: "ends" }, low, quantiles, edge, high);
  const numbers = element("div", { class: "numbers" });
  const kind = kindOf();
  const wrong = element("p", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  const source = element("details", { class: "source" }, element("summary", {}, "Source"));
  const node = element(
    "div",
    { class: "control", role: "group", "aria-labelledby": `${id}-title` },
    element("div", { class: "head" }, heading, reset),
    track, ends, numbers, wrong, source,
  );
  track.hidden = ends.hidden = base.shape === null && base.handles.length === 0;
  reset.addEventListener("click", () => {
    on.reset(key);
    (handles[0]?.slider ?? kind ?? source.firstElementChild).focus();
  });
  source.addEventListener("toggle", fillSource, { once: true });

  function kindOf() {
    if (base.kinds.length === 0) return null;
    const select = element("select", { "aria-label": `Kind of ${base.title}` });
    select.addEventListener("change", () => on.kind(key, select.value));
    return select;
  }

  function fillKinds() {
    if (!kind) return;
    const wanted = now.kinds.includes(now.kind) ? now.kinds : [now.kind, ...now.kinds];
    if (!isSame(wanted, Array.from(kind.options, (option) => option.value))) {
      kind.replaceChildren(...wanted.map((each) => element("option", { value: each }, kindInWords(each))));
    }
    kind.value = now.kind;
  }

  function fillSource() {
    const facts = base.facts.map((fact) => element("li", {}, element("b", {}, fact.id), ` ${fact.text}`));
    source.append(element("p", {}, base.source || "No source is given."));
    const isTold = base.source.includes(base.base_rate);
    if (!isTold) source.append(element("p", {}, `Base rate: ${base.base_rate}`));
    if (facts.length > 0) source.append(element("ul", {}, ...facts));
    if (base.declared) source.append(element("p", {}, `Possible: ${base.declared.replace(/ share$/, "")}.`));
    source.append(element("p", {}, element("code", {}, key)));
  }

  /** Make the handles of the kind of distribution that it is now. */
  function makeHandles() {
    const told = { title: base.title, unit: base.unit, notes: `${id}-notes ${id}-wrong` };
    handles = now.handles.map((part) =>
      createHandle({ ...told, id: `${id}-${part.part || "is"}`, part, scale: () => scale }, {
        grab: () => on.grab(key, part.part),
        hold: on.hold,
        move: (set) => {
          markHandles();
          on.move(key, part.part, set);
        },
        rest: () => on.rest(key, part.part),
        type: (text) => on.type(key, part.part, text),
        edge: (why) => say(edge, why),
      }),
    );
    for (const old of track.querySelectorAll("input")) old.remove();
    track.append(...handles.map((handle) => handle.slider));
    numbers.replaceChildren(...handles.map((handle) => handle.label));
    if (kind) numbers.append(element("label", {}, element("span", {}, "Kind"), kind));
    const isCut = now.handles.some(({ title }) => title.endsWith(CUT_OFF));
    if (isCut) numbers.append(element("span", { class: "cut" }, CUT_OFF.trim()));
  }

  function markHandles() {
    distribution.mark(scale, handles.map((handle) => handle.value));
    // Of those in one place the one on top is that which can be moved to where there is more room.
    handles.forEach(({ slider, value }, i) => {
      slider.style.zIndex = String(scale.at(value) > 0.5 ? handles.length - i : i + 1);
    });
  }

  /** @param {string} text of a mistake, or nothing */
  function complain(text) {
    say(wrong, text.replace(`${key}: `, ""));
    const typed = handles.filter((handle) => handle.isOther);
    for (const handle of handles) {
      const isWrong = text !== "" && (typed.length === 0 || typed.includes(handle));
      handle.field.setAttribute("aria-invalid", String(isWrong));
    }
  }

  /** @param {Control} control @param {boolean} isChanged */
  function show(control, isChanged) {
    const isOther = control.kind !== now.kind || !isSame(control.handles.map(partOf), handles.map(partOf));
    now = control;
    if (!handles.some((handle) => handle.isHeld)) scale = scaled(control);
    if (isOther) makeHandles();
    const isWrong = wrong.textContent !== "";
    control.handles.forEach((part, i) => handles[i].show(part, isWrong));
    distribution.show(scale, control.shape, isChanged ? base.shape : null);
    markHandles();
    fillKinds();
    say(quantiles, control.shape?.text ?? "");
    say(low, short(scale.low, base.unit));
    say(high, short(scale.high, base.unit));
    node.classList.toggle("changed", isChanged);
    node.classList.toggle("bare", control.shape === null);
  }

  makeHandles();
  show(base, false);
  return {
    node,
    show,
    complain,
    /** @param {string} part @param {import("./handle.js").Limits | null} limits */
    limit(part, limits) {
      handles.find((handle) => handle.part === part)?.limit(limits);
    },
    /** Take what was possible for no longer true, but of the part that moves. @param {string} part */
    forget(part) {
      for (const handle of handles) if (handle.part !== part) handle.limit(null);
    },
  };
}

/** Return a control's scale: a count has whole numbers only. @param {Control} control */
function scaled({ what, scale: [low, high] }) {
  return what === "count" ? scaleOf(low, high, high - low) : scaleOf(low, high);
}

/** @param {{part: string}} handle */
const partOf = (handle) => handle.part;

/** @param {string} kind */
function kindInWords(kind) {
  return KINDS[/** @type {keyof typeof KINDS} */ (kind)] ?? kind.replaceAll("_", " ");
}
