/** One part of an assumption that can be dragged, moved by keys, or typed. */

import { element } from "./dom.js";
import { clamped } from "./scale.js";
import { capital, plain, said } from "./words.js";

/** @typedef {import("./scale.js").Scale} Scale */
/** @typedef {{part: string, title: string, value: number, text: string}} Part */
/**
 * @typedef {{low: number, high: number, low_text: string, high_text: string, why_low: string, why_high: string}} Limits
 */

const PLACES = 400;

/**
 * @param {object} about
 * @param {string} about.id
 * @param {string} about.title of the assumption
 * @param {string} about.unit
 * @param {Part} about.part
 * @param {() => Scale} about.scale
 * @param {string} about.notes ids of what describes it
 * @param {object} on
 * @param {() => void} on.grab
 * @param {(isHeld: boolean) => void} on.hold by a pointer
 * @param {(value: number) => void} on.move
 * @param {() => void} on.rest
 * @param {(text: string) => void} on.type
 * @param {(why: string) => void} on.edge what stops it, or nothing
 */
export function createHandle({ id, title, unit, part, scale, notes }, on) {
  const [about, suffix = ""] = part.part ? part.title.split(/(?= before )/) : ["Value"];
  const name = part.part ? `${about} of ${title}${suffix}` : title;
  const slider = element("input", {
    type: "range", min: "0", max: String(PLACES), step: "1", "aria-label": name, "aria-describedby": notes,
  });
  const field = element("input", {
    type: "text", id, inputmode: "text", autocomplete: "off", spellcheck: "false",
    "aria-label": `${about}, ${title}${suffix}`, "aria-describedby": notes,
  });
  const label = element("label", { class: "number" }, element("span", {}, capital(about)), field);
  /** @type {Limits | null} */
  let limits = null;
  let shown = part.text;
  let value = part.value;
  let isHeld = false;
  let hasMoved = false;
  let isTyped = false;

  function toSlider() {
    slider.value = String(Math.round(PLACES * scale().at(value)));
    slider.setAttribute("aria-valuetext", said(shown, unit));
  }

  /** Return a value that is possible, and tell what keeps it from being another. @param {number} wanted */
  function possible(wanted) {
    if (!limits) return wanted;
    const { low, high } = limits;
    if (wanted < low) on.edge(`Not below ${limits.low_text}: ${limits.why_low}`);
    else if (wanted > high) on.edge(`Not above ${limits.high_text}: ${limits.why_high}`);
    else on.edge("");
    return clamped(wanted, low, Math.max(low, high));
  }

  /** @param {number} wanted */
  function moveTo(wanted) {
    hasMoved = true;
    const before = value;
    value = possible(wanted);
    shown = plain(value, unit);
    field.value = shown;
    toSlider();
    if (value !== before) on.move(value);
  }

  function released() {
    if (!isHeld) return;
    isHeld = false;
    on.hold(false);
    if (hasMoved) on.rest();
  }

  slider.addEventListener("pointerdown", () => {
    isHeld = true;
    hasMoved = false;
    on.hold(true);
    // Otherwise it is about to get the focus.
    if (document.activeElement === slider) on.grab();
  });
  slider.addEventListener("focus", () => on.grab());
  slider.addEventListener("input", () => moveTo(scale().value(Number(slider.value) / PLACES)));
  for (const end of ["change", "pointerup", "pointercancel"]) slider.addEventListener(end, released);
  slider.addEventListener("blur", () => {
    released();
    on.edge("");
  });
  field.addEventListener("focus", () => field.select());
  field.addEventListener("input", () => {
    isTyped = true;
  });
  field.addEventListener("change", () => {
    isTyped = false;
    const text = field.value.trim();
    if (text && text !== shown) on.type(text);
    else field.value = shown;
  });
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    isTyped = false;
    field.value = shown;
  });

  return {
    part: part.part,
    slider,
    label,
    field,
    get value() {
      return value;
    },
    /** Whether another text stands in its field than it has for a value. */
    get isOther() {
      return field.value !== shown;
    },
    get isHeld() {
      return isHeld;
    },
    /** @param {Limits | null} found */
    limit(found) {
      limits = found;
      // A hand may have been faster.
      if (hasMoved && possible(value) !== value) moveTo(value);
    },
    /** Show a value. @param {Part} now @param {boolean} keepText leave what is typed */
    show(now, keepText) {
      if (isHeld) return;
      value = now.value;
      shown = now.text;
      toSlider();
      if (!keepText && !isTyped) field.value = shown;
    },
  };
}
