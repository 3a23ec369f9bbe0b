/** The list of what is changed, each with what it was, a way there and a way back. */

import { element, say } from "./dom.js";
import { capital } from "./words.js";

/** @typedef {import("./control.js").Control} Control */
/** @typedef {{base: Control, now: Control}} Change */

/**
 * @param {HTMLElement} button that opens the list
 * @param {HTMLElement} popover
 * @param {object} on
 * @param {(key: string) => void} on.reveal
 * @param {(key: string) => void} on.reset
 */
export function createChanged(button, popover, on) {
  const list = element("ul");
  /** @type {Change[]} */
  let last = [];
  popover.append(list);
  popover.addEventListener("beforetoggle", fill);

  function fill() {
    list.replaceChildren(...last.map(item));
  }

  /** @param {Change} change */
  function item({ base, now }) {
    const { key, title } = base;
    const there = element("button", { type: "button", class: "quiet" }, capital(title));
    const back = element("button", { type: "button", class: "quiet", "aria-label": `Reset ${title}` }, "Reset");
    const node = element("li", {}, there, element("span", { class: "about" }, inWords(base, now)), back);
    there.addEventListener("click", () => {
      popover.hidePopover();
      on.reveal(key);
    });
    back.addEventListener("click", () => {
      on.reset(key);
      node.remove();
      if (list.childElementCount > 0) list.querySelector("button").focus();
      else popover.hidePopover();
    });
    return node;
  }

  return {
    /** @param {Change[]} changes */
    show(changes) {
      last = changes;
      say(button, changes.length === 1 ? "1 change" : `${changes.length} changes`);
      button.hidden = changes.length === 0;
    },
  };
}

/** Say what an assumption was, and what it is. @param {Control} base @param {Control} now */
export function inWords(base, now) {
  if (base.kind !== now.kind) return `${base.kind} \u2192 ${now.kind}`.replaceAll("_", " ");
  const moved = now.handles.filter(({ value }, i) => value !== base.handles[i]?.value);
  return moved
    .map(({ part, title, text }) => {
      const was = base.handles.find((handle) => handle.part === part)?.text ?? "";
      const name = now.handles.length > 1 ? capital(title.split(" before ")[0]) : "";
      return `${name} ${was} \u2192 ${text}`.trim();
    })
    .join(", ");
}
