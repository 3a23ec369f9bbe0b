/** How the answer moves once figures are known: a list of these, and a table before and after. */

import { element, say } from "./dom.js";
import { fill } from "./table.js";

/** @typedef {import("./state.js").Changes} Changes */
/** @typedef {{title: string, before: string, after: string}} Row */

const ID = "known-title";
const [FIELD, HINT, WRONG] = ["known-field", "known-hint", "known-wrong"];
const MOST = 8;
const LONGEST = 200;
const TOO_MANY = `${MOST} figures are the most that there may be: remove one.`;

/** Return the figures that a link holds. @param {any} held @returns {string[]} */
export function figuresOf(held) {
  const texts = Array.isArray(held) ? held.filter((each) => typeof each === "string" && each.trim() !== "") : [];
  return [...new Set(texts)].slice(0, MOST).map((text) => text.slice(0, LONGEST));
}

/**
 * @param {Element} place
 * @param {string[]} first
 * @param {object} on
 * @param {(figures: string[]) => number} on.ask returns the question's number, 0 if it can't be asked
 * @param {() => void} on.change
 * @param {(sentence: string) => void} on.answer
 */
export function createKnown(place, first, on) {
  let figures = first;
  const field = element("input", {
    id: FIELD, maxlength: String(LONGEST), autocomplete: "off", spellcheck: "false", "aria-describedby": `${WRONG} ${HINT}`,
  });
  const form = element("form", {}, element("label", { for: FIELD }, "What has been seen"), field,
    element("button", {}, "Add"));
  const wrong = element("p", { id: WRONG, class: "wrong", role: "status" });
  const hint = element("p", { id: HINT, class: "about" });
  const list = element("ul", { class: "plain", "aria-label": "What has been seen" });
  const sentence = element("h3", { id: ID });
  const status = element("p", { class: "about" });
  const places = element("ul", { class: "plain about" });
  const [head, body] = [element("thead"), element("tbody")];
  const caption = element("caption", { class: "unseen" }, "Before and after what has been seen");
  const around = element("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": ID },
    element("table", {}, caption, head, body));
  const found = element("div", { class: "found", hidden: "" }, sentence, places, around);
  const figure = element("div", { class: "figure" }, form, wrong, hint, list, status, found);
  const details = element("details", { class: "known" }, element("summary", {}, "If more were known"), figure);
  place.append(details);
  fill(head, [["What", "Before", "After"]]);

  /** @typedef {{changes: Changes, figures: string[]}} Asked */
  /** @type {Asked | null} What was asked last. */
  let asked = null;
  /** @type {{changes: Changes, isReady: boolean} | null} */
  let now = null;
  let number = 0;
  let isWaiting = false;
  /** Whether what is found is of what stands now. */
  let isFound = false;
  /** How many paths count. */
  let effective = "";

  details.addEventListener("toggle", ask);
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    add(field.value.trim());
  });
  drawList();

  /** @param {string} text */
  function add(text) {
    if (text && !figures.includes(text)) {
      if (figures.length >= MOST) return complained(TOO_MANY);
      set([...figures, text]);
    } else {
      // What could not be answered is asked again.
      asked = null;
    }
    field.value = "";
    ask();
  }

  /** @param {string} text */
  function remove(text) {
    // What was wrong is likely to be mended.
    if (wrong.textContent && !field.value) field.value = text;
    set(figures.filter((each) => each !== text));
    field.focus();
    ask();
  }

  /** @param {string[]} given */
  function set(given) {
    figures = given;
    drawList();
    on.change();
  }

  function drawList() {
    complained("");
    list.replaceChildren(...figures.map((text) => {
      const button = element("button", { type: "button", class: "quiet", "aria-label": `Remove ${text}` }, "Remove");
      button.addEventListener("click", () => remove(text));
      return element("li", {}, element("span", {}, text), button);
    }));
    details.open ||= figures.length > 0;
    tell();
  }

  /** @param {string} text */
  function complained(text) {
    say(wrong, text);
    field.setAttribute("aria-invalid", String(text !== ""));
  }

  function isCurrent() {
    return asked !== null && asked.changes === now?.changes && asked.figures === figures;
  }

  function ask() {
    const isWanted = details.open && now?.isReady && figures.length > 0 && !isWaiting && !isCurrent();
    if (isWanted && now) {
      complained("");
      number = on.ask(figures);
      isWaiting = number > 0;
      asked = isWaiting ? { changes: now.changes, figures } : null;
      isFound = false;
    }
    tell();
  }

  /** Say how it stands with the answer. @param {number} seconds that it has taken */
  function tell(seconds = 0) {
    const isOfNow = isFound && isCurrent();
    if (figures.length === 0) found.hidden = true;
    found.classList.toggle("old", !isOfNow);
    figure.setAttribute("aria-busy", String(isWaiting));
    const earlier = found.hidden ? "" : "Below: of an earlier state. ";
    if (figures.length === 0) say(status, "");
    else if (isWaiting) say(status, `${earlier}Being worked out${seconds > 0 ? `: ${seconds} s` : ""} …`);
    else say(status, isOfNow ? `Effective sample size: ${effective}, weighed by what has been seen.` : earlier);
  }

  /** Take note that a question has its answer; tell whether it is still of what stands. @param {number} of */
  function received(of) {
    if (of !== number || !isWaiting) return false;
    isWaiting = false;
    if (isCurrent()) return true;
    ask();
    return false;
  }

  return {
    get figures() {
      return figures;
    },
    /** @param {string[]} given */
    replace(given) {
      figures = given;
      drawList();
    },
    /** @param {any} scene */
    scene({ quarters, years }) {
      const [quarter, year] = [quarters[1] ?? quarters[0], years[0]];
      field.placeholder = `revenue ${quarter} = 20 bn ± 5%`;
      say(hint, `Also as in “gross margin ${year} = 45% ± 2%” or “out of cash by ${year} = no”; ± is one standard ` +
        "deviation of what is reported. Each path counts as much as it agrees.");
    },
    /**
     * Take note of what is changed, and whether its answer has come: then it is asked for.
     * @param {Changes} changes
     * @param {boolean} isReady
     */
    want(changes, isReady) {
      if (now?.changes === changes && now.isReady === isReady) return;
      now = { changes, isReady };
      ask();
    },
    /** @param {any} message */
    show(message) {
      if (!received(message.number)) return;
      isFound = true;
      effective = message.effective;
      say(sentence, message.sentence);
      places.replaceChildren(...message.places.map((/** @type {string} */ text) => element("li", {}, text)));
      fill(body, message.rows.map((/** @type {Row} */ { title, before, after }) => [title, before, after]));
      found.hidden = false;
      tell();
      on.answer(message.sentence);
    },
    /** Say what is wrong with a question; false if it is none of here. @param {number} of @param {string} text */
    complain(of, text) {
      if (of !== number || number === 0) return false;
      if (received(of)) {
        complained(text);
        found.hidden = true;
        tell();
      }
      return true;
    },
    /** Say how long a question takes; false if it is none of here. @param {number} of @param {number} seconds */
    takes(of, seconds) {
      if (of !== number || !isWaiting) return false;
      tell(seconds);
      return true;
    },
    /** Forget what was found: it is another scenario's. */
    forget() {
      asked = now = null;
      found.hidden = true;
      tell();
    },
    /** Forget what was asked: its answer is lost. */
    lost() {
      asked = null;
      isWaiting = false;
      tell();
    },
  };
}
