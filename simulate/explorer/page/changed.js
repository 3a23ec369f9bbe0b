/** The list of what is changed, each with what it was, a way there and a way back. */

import { element, say } from "./dom.js";
import { capital } from "./words.js";

/** @typedef {import("./control.js").Control} Control */

/**
 * @param {HTMLButtonElement} button that opens the list
 * @param {Element} list
 * @param {object} on
 * @param {(key: string) => void} on.reveal
 * @param {(key: string) => void} on.reset
 */
export function createChanged(button, list, on) {
  let shown = "";
  return {
    /** @param {{base: Control, now: Control}[]} changes */
    show(changes) {
      const number = changes.length;
      say(button, number === 1 ? "1 change" : `${number} changes`);
      button.hidden = number === 0;
      const texts = changes.map(({ base, now }) => inWords(base, now));
      const wanted = changes.map(({ base }, i) => `${base.key} ${texts[i]}`).join("\n");
      if (wanted === shown) return;
      shown = wanted;
      list.replaceChildren(...changes.map(({ base }, i) => item(base, texts[i])));
    },
  };

  /** @param {Control} base @param {string} text */
  function item({ key, title }, text) {
    const there = element("button", { type: "button", class: "quiet" }, capital(title));
    const back = element("button", { type: "button", class: "quiet", "aria-label": `Reset ${title}` }, "Reset");
    there.addEventListener("click", () => on.reveal(key));
    back.addEventListener("click", () => on.reset(key));
    return element("li", {}, there, element("span", { class: "about" }, text), back);
  }
}

/** Say what an assumption was, and what it is. @param {Control} base @param {Control} now */
function inWords(base, now) {
  if (base.kind !== now.kind) return `${base.kind || "number"} \u2192 ${now.kind || "number"}`;
  const moved = now.handles.filter(({ value }, i) => value !== base.handles[i]?.value);
  return moved
    .map(({ part, title, text }) => {
      const was = base.handles.find((handle) => handle.part === part)?.text ?? "";
      const name = now.handles.length > 1 ? capital(title.split(" before ")[0]) : "";
      return `${name} ${was} \u2192 ${text}`.trim();
    })
    .join(", ");
}
