/** The tools above the page: back and forth, the link, the file; and what they say when they have done it. */

import { say } from "./dom.js";
import { save as saveFile } from "./files.js";

/** So long stands what was done, in milliseconds. */
const SAID_FOR = 4000;

/**
 * @typedef {{canUndo: boolean, canRedo: boolean, isChanged: boolean, isOpen: boolean, isShown: boolean, isReporting: boolean}} Possible
 */

/**
 * @param {Record<"undo" | "redo" | "reset" | "copy" | "save" | "report", HTMLButtonElement>} buttons
 * @param {Element} note
 * @param {object} on
 * @param {() => void} on.undo
 * @param {() => void} on.redo
 * @param {() => void} on.reset
 * @param {() => void} on.save
 * @param {() => void} on.report
 * @param {() => string} on.link what is to be said of a link, if anything
 */
export function createTools({ undo, redo, reset, copy, save, report }, note, on) {
  undo.addEventListener("click", on.undo);
  redo.addEventListener("click", on.redo);
  reset.addEventListener("click", on.reset);
  save.addEventListener("click", on.save);
  report.addEventListener("click", on.report);
  copy.addEventListener("click", copyLink);
  document.addEventListener("keydown", (event) => {
    const isText = event.target instanceof HTMLInputElement && event.target.type !== "range";
    if (isText || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    (key === "y" || event.shiftKey ? redo : undo).click();
  });

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      tell(`Link copied.${on.link()}`);
    } catch {
      tell("The link stands in the address bar: copy it there.");
    }
  }

  /** @param {string} text of what was done */
  function tell(text) {
    say(note, text);
    setTimeout(() => {
      if (note.textContent === text) say(note, "");
    }, SAID_FOR);
  }

  return {
    tell,
    /** Enable what is possible; the focus doesn't stay on what isn't. @param {Possible} possible */
    enable({ canUndo, canRedo, isChanged, isOpen, isShown, isReporting }) {
      const focused = document.activeElement;
      undo.disabled = !canUndo;
      redo.disabled = !canRedo;
      reset.disabled = !isChanged;
      copy.disabled = !isShown;
      save.disabled = !isOpen || !isChanged;
      report.disabled = !isOpen || !isShown || isReporting;
      if (focused === undo && undo.disabled) redo.focus();
      if ((focused === redo && redo.disabled) || (focused === reset && reset.disabled)) undo.focus();
    },
    /** @param {string} name @param {string} text @param {string} type */
    download(name, text, type = "application/toml") {
      saveFile(name, new Blob([text], { type }));
      tell(`Saved as ${name}.`);
    },
  };
}
