/** The paths behind a bar: how many, a typical one by year, and what separates them from the others. */

import { element, say } from "./dom.js";
import { fill } from "./table.js";

const ASKED = "Looking into the paths \u2026";
const LOST = "The server is gone. Close this, and ask again when it is back.";
const HOW =
  "AUC: how often the input is larger of one of these paths than of another; 0.5 tells nothing. " +
  "What only some paths have is compared among them, and counts by how many they are.";

/**
 * @param {HTMLDialogElement} dialog
 * @param {object} on
 * @param {(time: string, quarter: number) => number} on.ask returns the question's number, 0 if it can't be asked
 * @param {(key: string) => void} on.reveal
 */
export function createBehind(dialog, on) {
  const title = element("h2", { id: "behind-title" });
  const close = element("button", { type: "button" }, "Close");
  const share = element("p", { role: "status" });
  const story = element("p");
  const [head, body] = [element("thead"), element("tbody")];
  const name = element("caption");
  const years = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "A typical path by year" },
    element("table", {}, name, head, body));
  const typical = element("section", {}, element("h3", {}, "A typical one"), story, years);
  const list = element("ul", { class: "plain" });
  const note = element("p");
  const how = element("p", { class: "about" }, HOW);
  const apart = element("section", {}, element("h3", {}, "What separates them from the others"), note, list, how);
  dialog.append(element("div", { class: "head" }, title, close), share, typical, apart);
  close.addEventListener("click", () => dialog.close());
  /** What is awaited, 0 if nothing is. */
  let number = 0;

  /** Show no more than a line. @param {string} text */
  function showOnly(text) {
    say(share, text);
    typical.hidden = apart.hidden = true;
  }

  /** @param {{key: string, text: string, auc: number}} each */
  function item({ key, text, auc }) {
    const there = element("button", { type: "button", class: "quiet" }, text);
    there.addEventListener("click", () => {
      dialog.close();
      on.reveal(key);
    });
    return element("li", {}, there, element("span", { class: "about" }, `AUC ${auc.toFixed(2)}`));
  }

  return {
    /** @param {string} time @param {number} quarter @param {string} text what the bar is */
    open(time, quarter, text) {
      say(title, text);
      showOnly(ASKED);
      if (!dialog.open) dialog.showModal();
      number = on.ask(time, quarter);
      if (number === 0) showOnly(LOST);
    },
    /** @param {any} message */
    show(message) {
      if (message.number !== number) return;
      number = 0;
      say(title, message.title);
      say(share, message.share);
      typical.hidden = message.rows.length === 0;
      apart.hidden = false;
      say(story, message.sentence);
      say(name, `In bn USD: ${message.name}`);
      fill(head, [message.head]);
      fill(body, message.rows);
      say(note, message.note);
      note.hidden = message.note === "";
      list.replaceChildren(...message.apart.map(item));
      how.hidden = message.apart.length === 0;
    },
    /** Say what is wrong with a question; false if it is none of here. @param {number} of @param {string} text */
    complain(of, text) {
      if (number === 0 || of !== number) return false;
      number = 0;
      showOnly(text);
      return true;
    },
    lost() {
      if (number !== 0) showOnly(LOST);
      number = 0;
    },
  };
}
