/** What is changed: its history, and the link that holds it. */

/** @typedef {Record<string, any>} Changes */

const LONGEST_HISTORY = 200;
/** Steps of the same kind that follow each other so soon, in milliseconds, are one. */
const ONE_STEP = 1000;

/** @param {unknown} one @param {unknown} other */
export function isSame(one, other) {
  return canonical(one) === canonical(other);
}

/** @param {unknown} value */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** @param {Changes} first */
export function createHistory(first) {
  let now = first;
  let kept = first;
  let last = { tag: "", at: -Infinity };
  /** @type {Changes[]} */
  let past = [];
  /** @type {Changes[]} */
  let future = [];
  return {
    /** What is changed now, kept as a step or not. */
    get now() {
      return now;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    /** Change something for the moment. @param {Changes} changes */
    set(changes) {
      now = changes;
    },
    /** Keep what is changed as a step. @param {string} tag of what made it */
    keep(tag) {
      if (isSame(now, kept)) return;
      const at = performance.now();
      const goesOn = tag === last.tag && at - last.at < ONE_STEP && past.length > 0;
      if (!goesOn) past = [...past.slice(-LONGEST_HISTORY + 1), kept];
      kept = now;
      future = [];
      last = { tag, at };
    },
    /** Begin anew: no step leads back. @param {Changes} changes */
    restart(changes) {
      now = kept = changes;
      past = [];
      future = [];
      last.tag = "";
    },
    undo() {
      this.keep("");
      future.push(kept);
      now = kept = past.pop() ?? kept;
      last.tag = "";
    },
    redo() {
      past.push(kept);
      now = kept = future.pop() ?? kept;
      last.tag = "";
    },
  };
}

const VERSION = 1;
const PREFIX = "#s=";
/** Of a scenario's name. */
const LONGEST_NAME = 200;

/**
 * @typedef {object} Link
 * @property {Changes} changes
 * @property {string} scenario what is open; empty, what the command opened
 * @property {any} kept states
 * @property {any} known figures
 */

/** Return the fragment that holds a state. @param {Link} link */
export function fragmentOf({ changes, scenario, kept, known }) {
  if (Object.keys(changes).length === 0 && !scenario && kept.length === 0 && known.length === 0) return "";
  const lists = Object.fromEntries(Object.entries({ kept, known }).filter(([, list]) => list.length > 0));
  const more = { ...(scenario ? { scenario } : {}), ...lists };
  const bytes = new TextEncoder().encode(JSON.stringify({ v: VERSION, changes, ...more }));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return PREFIX + text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Return the state that a fragment holds; null if it can't be read.
 * @param {string} fragment
 * @returns {Link | null}
 */
export function linkOf(fragment) {
  if (!fragment.startsWith(PREFIX)) return { changes: {}, scenario: "", kept: [], known: [] };
  try {
    const text = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const held = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const isTable = typeof held?.changes === "object" && held.changes && !Array.isArray(held.changes);
    const scenario = typeof held?.scenario === "string" ? held.scenario.slice(0, LONGEST_NAME) : "";
    return held?.v === VERSION && isTable ? { changes: held.changes, scenario, kept: held.kept, known: held.known } : null;
  } catch {
    return null;
  }
}
