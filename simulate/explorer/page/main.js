/** Wires the page: what is changed goes to the server, what it answers to the pictures. */

import { createAnswer } from "./answer.js";
import { createBehind } from "./behind.js";
import { createChanged } from "./changed.js";
import { connect } from "./connection.js";
import { withPart, withValue } from "./control.js";
import { createControls } from "./controls.js";
import { say } from "./dom.js";
import { createPictures } from "./pictures.js";
import { changesOf, createHistory, fragmentOf, isSame } from "./state.js";
import { createTools } from "./tools.js";
import { createTornado } from "./tornado.js";
import { capital } from "./words.js";

/** @typedef {import("./state.js").Changes} Changes */

/** A hand rests after so many milliseconds without a move. */
const REST = 150;
const LOST = "The server is gone; what you changed is kept here. Trying again …";
const UNREADABLE = "The link’s changes can’t be read; the scenario is shown as it is.";

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
/** @template {string} Id @param {Id[]} ids @returns {Record<Id, any>} */
const allById = (...ids) => /** @type {any} */ (Object.fromEntries(ids.map((id) => [id, byId(id)])));

/** @type {any} */
let scene = null;
/** @type {any} The answer of the scenario as it is. */
let base = null;
/** @type {any} The newest answer of what is changed. */
let answer = null;
/** What each change brings, in words. */
let shares = "";
/** Whether what is changed can't be. */
let isMistaken = false;
/** Whether a pointer holds a handle. */
let isHeld = false;
/** @type {any} Ranks that came meanwhile. */
let newRanks = null;
/** @type {Changes | null} What the last whole answer was asked for. */
let settledAs = null;
/** @type {Changes | null} What the newest whole answer is of. */
let wholeOf = null;
let isOpen = false;
let wasLost = false;
let isDue = false;
let timer = 0;

const linked = changesOf(location.hash);
const history = createHistory(linked ?? {});
const pictures = createPictures(byId("dates"), byId("fans"), lookBehind);
const words = createAnswer(allById("lead", "more", "shares", "paths", "strip"));
const controls = createControls(byId("controls"), byId("search"), {
  grab: (key, part) => connection.send("limits", { key, part, changes: history.now }),
  hold: held,
  move: moved,
  rest: (key, part) => rested(`${key} ${part}`),
  type: typed,
  kind: (key, kind) => connection.send("kind", { key, kind, changes: history.now }),
  reset,
});
const behind = createBehind(byId("behind"), {
  ask: (time, quarter) => connection.send("paths", { time, quarter, changes: history.now }),
  reveal: controls.reveal,
});
const tornado = createTornado(byId("tornado"), {
  ask: () => connection.send("tornado", { changes: history.now }),
  reveal: controls.reveal,
});
const changed = createChanged(byId("changed"), byId("changes"), { reset, reveal: controls.reveal });
const tools = createTools(allById("undo", "redo", "reset", "copy", "save"), byId("said"), {
  undo: () => history.canUndo && jump(() => history.undo()),
  redo: () => history.canRedo && jump(() => history.redo()),
  reset: () => set({}, "reset all"),
  save: () => connection.send("toml", { changes: history.now }),
});
const connection = connect({
  message: (message, isOfAsk) => receive[message.type]?.(message, isOfAsk),
  state: connected,
});

/** @type {Record<string, (message: any, isOfAsk: boolean) => void>} */
const receive = {
  scene(message) {
    // After a pause of the connection it is the same again.
    if (!isSame(scene, message)) show(message);
    showChanges();
    if (hasChanges()) settle();
  },
  base(message) {
    if (base && base.paths > message.paths) return;
    base = message;
    soon();
  },
  answer(message) {
    forgive();
    answer = message;
    if (message.is_final) wholeOf = settledAs;
    controls.show(new Map(message.controls.map((/** @type {any} */ each) => [each.key, asChanged(each)])));
    if (message.is_final && hasChanges()) say(byId("live"), message.sentence);
    soon();
  },
  mistake(message, isOfAsk) {
    if ([behind, tornado].some((asker) => asker.complain(message.number, message.text))) return;
    isMistaken ||= isOfAsk;
    if (!message.key || !controls.complain(message.key, message.text)) say(byId("mistake"), message.text);
    showChanges();
  },
  shares(message) {
    shares = message.sentence;
    soon();
  },
  limits: (message) => controls.limit(message.key, message.part, message),
  control: ({ control }) => set({ ...history.now, [control.key]: control.value }, `kind ${control.key}`),
  ranks(message) {
    if (isHeld) newRanks = message.ranks;
    else controls.ranks(message.ranks);
  },
  paths: (message) => behind.show(message),
  tornado: (message) => tornado.show(message),
  toml: (message) => tools.download(message.name, message.text),
  refused: (message) => say(byId("server"), message.text),
};

/** @param {"open" | "lost" | "refused"} state */
function connected(state) {
  isOpen = state === "open";
  if (isOpen) {
    say(byId("server"), "");
    if (wasLost) tools.tell("The server is back.");
  } else {
    settledAs = null;
    behind.lost();
    tornado.lost();
    if (state === "lost") say(byId("server"), LOST);
  }
  wasLost = !isOpen;
  soon();
}

/** Ask for the paths behind a bar. @param {string} time @param {number} quarter */
function lookBehind(time, quarter) {
  const about = scene.times.find((/** @type {any} */ each) => each.name === time);
  const date = quarter < 0 ? "never" : `in ${scene.quarters[quarter]}`;
  behind.open(time, quarter, `${capital(about.title)}: ${date}`);
}

/** Show another scenario. @param {any} message */
function show(message) {
  scene = message;
  base = answer = null;
  say(byId("name"), scene.name);
  document.title = `${scene.name}: explorer`;
  say(byId("disclaimer"), scene.disclaimer);
  pictures.scene(scene);
  controls.scene(scene.controls);
}

function hasChanges() {
  return Object.keys(history.now).length > 0;
}

/** Change a part of an assumption. @param {string} key @param {string} part @param {any} set */
function change(key, part, set) {
  const { [key]: old, ...others } = history.now;
  const before = controls.base(key)?.value;
  const value = withPart(old ?? before, part, set);
  history.set(isSame(value, before) ? others : { ...others, [key]: value });
  shares = "";
  isMistaken = false;
  controls.moves(key, part);
  note();
  soon();
}

/** @param {string} key @param {string} part @param {number} value */
function moved(key, part, value) {
  change(key, part, value);
  connection.ask(history.now, false);
  clearTimeout(timer);
  timer = setTimeout(() => rested(`${key} ${part}`), REST);
}

/**
 * A drag is one step of the history, however often the hand rests in it.
 * @param {string} tag of what was moved
 */
function rested(tag) {
  clearTimeout(timer);
  if (!isHeld) history.keep(tag);
  settle();
}

/** @param {boolean} is */
function held(is) {
  isHeld = is;
  if (isHeld || !newRanks) return;
  controls.ranks(newRanks);
  newRanks = null;
}

/**
 * Take a number as a number, and what else was typed as it is: the server reads it.
 * @param {string} key
 * @param {string} part
 * @param {string} text
 */
function typed(key, part, text) {
  const usual = text.replaceAll("\u2212", "-");
  const number = Number(usual);
  change(key, part, Number.isFinite(number) ? number : usual);
  history.keep("");
  settle();
}

/** @param {string} key */
function reset(key) {
  const { [key]: _, ...others } = history.now;
  set(others, "");
}

/** Set all changes at once. @param {Changes} changes @param {string} tag */
function set(changes, tag) {
  jump(() => {
    history.set(changes);
    history.keep(tag);
  });
}

/** Go to changes that no hand has moved to. @param {() => void} go */
function jump(go) {
  go();
  shares = "";
  showChanges();
  settle();
}

/** A hand rests: what is changed is asked of all paths, if it isn't yet. */
function settle() {
  if (settledAs !== history.now) askWhole();
  note();
  soon();
}

/** Ask for the whole answer of what is changed, and keep it in the address. */
function askWhole() {
  settledAs = history.now;
  if (!hasChanges()) {
    forgive();
    say(byId("live"), base ? `Nothing is changed. ${base.sentence}` : "");
  }
  connection.ask(history.now, true);
  window.history.replaceState(null, "", fragmentOf(history.now) || location.pathname + location.search);
}

/** Take away what was said of a mistake. */
function forgive() {
  isMistaken = false;
  say(byId("mistake"), "");
  controls.clear();
}

/** Return a control as it is changed by now, where the server tells of before. @param {any} control */
function asChanged(control) {
  const value = history.now[control.key];
  return value === undefined || isSame(control.value, value) ? control : withValue(control, value);
}

/** Show the assumptions as they are changed, before the server tells more of them. */
function showChanges() {
  const known = Object.keys(history.now).map(controls.now).filter((control) => control !== undefined);
  controls.show(new Map(known.map((control) => [control.key, asChanged(control)])));
  soon();
}

/** Draw in the next frame, once. */
function soon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

/** Tell whether the answer of all paths is still to come. */
function isBusy() {
  return !isMistaken && (hasChanges() ? wholeOf !== history.now : !base?.is_final);
}

/** Note what can be done, and whether an answer is to come. */
function note() {
  const { canUndo, canRedo } = history;
  byId("answer").setAttribute("aria-busy", String(isBusy()));
  tools.enable({ canUndo, canRedo, isChanged: hasChanges(), isOpen, isShown: scene !== null });
}

function draw() {
  note();
  const isChanged = hasChanges();
  const now = isChanged ? answer ?? base : base;
  if (!scene || !now) return;
  pictures.show(now, isChanged && now !== base ? base : null);
  tornado.want(history.now, isOpen && !isBusy() && !isMistaken);
  const isAtRest = !isChanged || settledAs === history.now;
  const all = scene.final_paths;
  words.show({ answer: now, findings: pictures.findings(), shares, all, isAtRest, isChanged, isMistaken });
  changed.show(Object.keys(history.now).flatMap((key) => {
    const [was, is] = [controls.base(key), controls.now(key)];
    return was && is ? [{ base: was, now: is }] : [];
  }));
}

window.addEventListener("hashchange", () => {
  const changes = changesOf(location.hash);
  if (changes) set(changes, "");
  else say(byId("mistake"), UNREADABLE);
});
if (linked === null) say(byId("mistake"), UNREADABLE);
