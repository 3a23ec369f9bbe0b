/** The list of what may be opened instead: variants and stress tests of the file, other scenarios. */

import { element } from "./dom.js";
import { capital } from "./words.js";

/** @typedef {{name: string, title: string, group: string, keeps: boolean}} Other */

/**
 * @param {HTMLElement} button that opens the list
 * @param {HTMLElement} popover
 * @param {(other: Other) => void} open
 */
export function createOthers(button, popover, open) {
  /** @type {Other[]} */
  let last = [];
  popover.addEventListener("beforetoggle", fill);

  function fill() {
    /** @type {Map<string, Other[]>} */
    const groups = new Map();
    for (const other of last) groups.set(other.group, [...(groups.get(other.group) ?? []), other]);
    const note = element("p", { class: "about" },
      "Of the same file, what you changed is kept; another scenario starts afresh. Back leads back.");
    popover.replaceChildren(note, ...[...groups].flatMap(([group, members]) => [
      element("h2", {}, group),
      element("ul", {}, ...members.map((other) => element("li", {}, item(other)))),
    ]));
  }

  /** @param {Other} other */
  function item(other) {
    const node = element("button", { type: "button", class: "quiet" }, capital(other.title));
    node.addEventListener("click", () => {
      popover.hidePopover();
      open(other);
    });
    return node;
  }

  return {
    /** @param {Other[]} others */
    show(others) {
      last = others;
      button.hidden = others.length === 0;
    },
  };
}
