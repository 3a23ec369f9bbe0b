/** All assumptions: those that move the answer most, then by section; or those that are sought. */

import { createControl } from "./control.js";
import { element, say } from "./dom.js";
import { capital } from "./words.js";

/** @typedef {import("./control.js").Control} Control */

/** So many that move the answer most are open from the start. */
const FIRST = 6;
const MOST_FOUND = 20;

/**
 * @param {Element} place
 * @param {HTMLInputElement} search
 * @param {Parameters<typeof createControl>[1]} on
 */
export function createControls(place, search, on) {
  /** @type {Map<string, Control>} */
  let base = new Map();
  /** @type {Map<string, Control>} */
  let now = new Map();
  /** @type {Map<string, ReturnType<typeof createControl>>} */
  const cards = new Map();
  /** @type {string[]} */
  let first = [];
  /** @type {{node: HTMLDetailsElement, list: Element, note: Element, keys: string[]}[]} */
  let sections = [];

  const foundNote = element("span", { role: "status" });
  const found = element("div", { class: "list" });
  const results = element("div", { class: "results" }, element("h3", {}, foundNote), found);
  const firstTitle = element("h3", {}, "What moves the answer most");
  const firstNote = element("p", { class: "about" }, "Being found …");
  const firstList = element("div", { class: "list" });
  const drivers = element("div", { class: "drivers" }, firstTitle, firstNote, firstList);
  const rest = element("div", { class: "rest" });
  results.hidden = true;
  place.append(results, drivers, rest);
  search.addEventListener("input", find);

  /** @param {string} key */
  function cardOf(key) {
    let card = cards.get(key);
    if (!card) {
      card = createControl(/** @type {Control} */ (base.get(key)), on);
      cards.set(key, card);
      const changed = now.get(key);
      if (changed) card.show(changed, true);
    }
    return card;
  }

  /** @param {Element} list @param {string[]} keys */
  function fill(list, keys) {
    const focused = document.activeElement;
    list.replaceChildren(...keys.map((key) => cardOf(key).node));
    // What is moved within the page loses it.
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true });
  }

  function makeSections() {
    const isFirst = new Set(first);
    /** @type {Map<string, Control[]>} */
    const bySection = new Map();
    for (const control of base.values()) {
      bySection.set(control.section, [...(bySection.get(control.section) ?? []), control]);
    }
    const wasOpen = new Set(sections.filter(({ node }) => node.open).map(({ node }) => node.id));
    sections = [...bySection].map(([name, members]) => {
      const keys = members.map((control) => control.key).filter((key) => !isFirst.has(key));
      const list = element("div", { class: "list" });
      const note = element("span", { class: "note" });
      const title = element("h3", {}, capital(name.replaceAll("_", " ")));
      const id = `section-${name.replace(/\W+/g, "-")}`;
      const node = element("details", { class: "section", id }, element("summary", {}, title, note), list);
      node.open = wasOpen.has(id);
      node.addEventListener("toggle", () => { if (node.open) fill(list, keys); });
      return { node, list, note, keys };
    });
    sections = sections.filter(({ keys }) => keys.length > 0);
    rest.replaceChildren(...sections.map(({ node }) => node));
    noteChanges();
  }

  function noteChanges() {
    for (const { keys, note } of sections) {
      const changed = keys.filter((key) => now.has(key)).length;
      say(note, changed > 0 ? `${keys.length}, ${changed} changed` : String(keys.length));
    }
  }

  function find() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const isSought = words.length > 0;
    results.hidden = !isSought;
    drivers.hidden = rest.hidden = isSought;
    if (!isSought) {
      found.replaceChildren();
      arrange();
      return;
    }
    const matches = [...base.values()].filter((control) => {
      const text = `${control.title} ${control.section} ${control.key} ${control.source}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const shown = matches.slice(0, MOST_FOUND).map((control) => control.key);
    const more = matches.length > shown.length ? `, of which the first ${shown.length}` : "";
    say(foundNote, matches.length > 0 ? `${matches.length} found${more}` : "None found; try another word.");
    fill(found, shown);
  }

  /** Put each assumption where it stands while none is sought. */
  function arrange() {
    fill(firstList, first);
    for (const { node, list, keys } of sections) if (node.open) fill(list, keys);
  }

  return {
    /** @param {Control[]} controls as the scenario has them */
    scene(controls) {
      base = new Map(controls.map((control) => [control.key, control]));
      now = new Map();
      cards.clear();
      const ranks = controls.flatMap(({ key, rank }) => (rank === null ? [] : [[key, rank]]));
      this.ranks(Object.fromEntries(ranks));
    },
    /** @param {Record<string, number>} ranks */
    ranks(ranks) {
      const known = Object.keys(ranks).filter((key) => base.has(key));
      first = known.sort((a, b) => ranks[a] - ranks[b]).slice(0, FIRST);
      firstNote.hidden = first.length > 0;
      makeSections();
      if (search.value) find();
      else arrange();
    },
    /** Return an assumption as the scenario has it. @param {string} key */
    base: (key) => base.get(key),
    /** Return an assumption as it stands. @param {string} key */
    now: (key) => now.get(key) ?? base.get(key),
    /** @param {Map<string, Control>} changed those that differ from the scenario, as they stand */
    show(changed) {
      const before = now;
      now = changed;
      for (const key of new Set([...before.keys(), ...changed.keys()])) {
        const control = this.now(key);
        if (control) cards.get(key)?.show(control, changed.has(key));
      }
      noteChanges();
    },
    /** Bring an assumption into sight, and its first handle under the keys. @param {string} key */
    reveal(key) {
      search.value = "";
      find();
      const section = sections.find(({ keys }) => keys.includes(key));
      if (section) {
        section.node.open = true;
        fill(section.list, section.keys);
      }
      const { node } = cardOf(key);
      node.scrollIntoView({ block: "center" });
      node.querySelector("input, select, summary")?.focus({ preventScroll: true });
    },
    /**
     * Say at an assumption what is wrong; false if it isn't in sight.
     * @param {string} key
     * @param {string} text
     */
    complain(key, text) {
      const card = cards.get(key);
      card?.complain(text);
      return card?.node.isConnected ?? false;
    },
    clear() {
      for (const card of cards.values()) card.complain("");
    },
    /** @param {string} key @param {string} part @param {any} limits */
    limit(key, part, limits) {
      cards.get(key)?.limit(part, limits);
    },
    /**
     * Take note that a part of an assumption moves: what was possible of the others is no longer so.
     * @param {string} key
     * @param {string} part
     */
    moves(key, part) {
      // Undone before it is answered, it has to be shown as it was.
      const control = this.now(key);
      if (control) now.set(key, control);
      for (const [each, card] of cards) card.forget(each === key ? part : "\0");
    },
  };
}
