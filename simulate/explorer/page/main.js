/** Wires the page: what is changed goes to the server, what it answers to the pictures. */

import { createAnswer } from "./answer.js";
import { createBehind } from "./behind.js";
import { createChanged, inWords } from "./changed.js";
import { connect } from "./connection.js";
import { withPart, withValue } from "./control.js";
import { createControls } from "./controls.js";
import { createKept, statesOf } from "./kept.js";
import { createKnown, figuresOf } from "./known.js";
import { createOthers } from "./others.js";
import { say } from "./dom.js";
import { createPictures } from "./pictures.js";
import { createHistory, fragmentOf, isSame, linkOf } from "./state.js";
import { createTools } from "./tools.js";
import { createTornado } from "./tornado.js";
import { capital } from "./words.js";

/** @typedef {import("./state.js").Changes} Changes */

/** A hand rests after so many milliseconds without a move. */
const REST = 200;
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

/** What of a kept state is asked next waits so long for what the changes bring, in milliseconds. */
const UNTIL_KEPT = 3000;
/** Letters of an address that programs pass on whole. */
const LONGEST_LINK = 30_000;
const TOO_LONG = " It leaves the kept states out: with them it is too long.";

const linked = linkOf(location.hash);
const history = createHistory(linked?.changes ?? {});
/** Which scenario is open, or is being opened. */
let scenario = linked?.scenario ?? "";
let opening = 0;
/** Number of the question whose report is being made, 0 if none is. */
let reporting = 0;
/** @type {import("./kept.js").State | null} Of which kept state the newest ask is. */
let askedState = null;
/** When an answer was final. */
let finalAt = 0;
/** Number of the ask whose shares are shown. */
let sharesOf = 0;
const others = createOthers(byId("another"), byId("others"), (other) => openOther(other.name, other.keeps ? history.now : {}));
const kept = createKept({ keep: byId("keep"), kept: byId("kept"), legend: byId("kept-legend") }, statesOf(linked?.kept), {
  keep: () => ({ name: "", scenario, lab: scene.name, changes: history.now, wrong: "", ...keptAnswer() }),
  open: (state) => {
    if (state.scenario === scenario) set(state.changes, "");
    else openOther(state.scenario, state.changes);
  },
  change: () => {
    keepInAddress();
    soon();
  },
  stem: () => scene?.stem ?? "explorer",
  tell: (text) => tools.tell(text),
});
const pictures = createPictures(byId("dates"), byId("fans"), lookBehind);
const words = createAnswer(allById("lead", "more", "shares", "paths", "strip"));
const controls = createControls(byId("controls"), byId("search"), {
  grab: (key, part) => connection.send("limits", { key, part, ...asked() }),
  hold: held,
  move: moved,
  rest: (key, part) => rested(`${key} ${part}`),
  type: typed,
  kind: (key, kind) => connection.send("kind", { key, kind, ...asked() }),
  reset,
});
const behind = createBehind(byId("behind"), {
  ask: (time, quarter) => connection.send("paths", { time, quarter, ...asked() }),
  reveal: controls.reveal,
});
const tornado = createTornado(byId("tornado"), {
  ask: () => connection.send("tornado", asked()),
  reveal: controls.reveal,
  stem: () => scene.stem,
});
const known = createKnown(byId("known"), figuresOf(linked?.known), {
  ask: (observed) => connection.send("known", { observed, ...asked() }),
  change: keepInAddress,
  answer: (sentence) => say(byId("live"), sentence),
});
const changed = createChanged(byId("changed"), byId("changes"), { reset, reveal: controls.reveal });
const tools = createTools(allById("undo", "redo", "reset", "copy", "save", "report"), byId("said"), {
  undo: () => history.canUndo && jump(() => history.undo()),
  redo: () => history.canRedo && jump(() => history.redo()),
  reset: () => set({}, "reset all"),
  save: () => connection.send("toml", asked()),
  report: () => {
    reporting = connection.send("report", asked());
    tools.tell("The report is being made …");
    note();
  },
  link: () => (isLinkTooLong() ? TOO_LONG : ""),
});
const connection = connect({
  message: (message, isOfAsk) => receive[message.type]?.(message, isOfAsk),
  state: connected,
});

/** @type {Record<string, (message: any, isOfAsk: boolean) => void>} */
const receive = {
  scene(message) {
    if (message.scenario !== scenario) {
      opening = connection.send("open", { name: scenario });
      return;
    }
    opening = 0;
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
    if (askedState) {
      if (message.is_final) answered(askedState, message);
      return;
    }
    forgive();
    answer = message;
    if (message.is_final) {
      wholeOf = settledAs;
      finalAt = performance.now();
      setTimeout(soon, UNTIL_KEPT);
    }
    controls.show(new Map(message.controls.map((/** @type {any} */ each) => [each.key, asChanged(each)])));
    if (message.is_final && hasChanges()) say(byId("live"), message.sentence);
    soon();
  },
  mistake(message, isOfAsk) {
    if ([behind, tornado, known].some((asker) => asker.complain(message.number, message.text))) return;
    if (message.number === reporting) reporting = 0;
    // What was a mistake may be none of what is asked by now.
    else if (message.number < connection.asked) return;
    if (message.number === opening && opening > 0) notOpened();
    if (isOfAsk && askedState) {
      askedState.wrong = message.text;
      askedState = null;
      kept.fill();
      soon();
      return;
    }
    isMistaken ||= isOfAsk;
    if (!message.key || !controls.complain(message.key, message.text)) say(byId("mistake"), message.text);
    showChanges();
  },
  shares(message) {
    if (askedState || message.number !== sharesOf) return;
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
  known: (message) => known.show(message),
  "at work"({ number, seconds }) {
    // Who hears it is not told each second.
    if (!known.takes(number, seconds) && number === reporting && seconds % 5 === 0) tools.tell(`The report is being made: ${seconds} s …`);
  },
  report(message) {
    reporting = 0;
    tools.download(message.name, message.text, "text/html");
    note();
  },
  refused: (message) => say(byId("server"), message.text),
};

/** @param {"open" | "lost" | "refused"} state */
function connected(state) {
  isOpen = state === "open";
  if (isOpen) {
    say(byId("server"), "");
    if (wasLost) tools.tell("The server is back.");
  } else {
    settledAs = askedState = null;
    reporting = 0;
    behind.lost();
    tornado.lost();
    known.lost();
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
  others.show(scene.others);
  kept.scene(scene);
  tornado.lost();
  known.forget();
  known.scene(scene);
  pictures.scene(scene);
  controls.scene(scene.controls);
}

/** What every question holds. */
function asked() {
  return { changes: history.now, scenario };
}

/** Open another scenario; Back leads back. @param {string} name @param {Changes} changes */
function openOther(name, changes) {
  scenario = name;
  window.history.pushState(null, "", fragment() || location.pathname + location.search);
  begin(changes);
}

/** Begin with another scenario: its answer is yet to come. @param {Changes} changes */
function begin(changes) {
  clearTimeout(timer);
  history.restart(changes);
  settledAs = wholeOf = askedState = null;
  shares = "";
  forgive();
  opening = connection.send("open", { name: scenario });
}

/** What is open stays. */
function notOpened() {
  opening = 0;
  scenario = scene?.scenario ?? "";
  if (!scene) opening = connection.send("open", { name: scenario });
}

/** The answer for a kept state, if it is final. */
function keptAnswer() {
  const now = hasChanges() ? (isBusy() ? null : answer) : base?.is_final ? base : null;
  return { answer: now, words: now ? changesInWords(now) : "" };
}

/** Say what an answer's assumptions are changed to. @param {any} answer */
function changesInWords(answer) {
  return answer.controls.map((/** @type {any} */ control) => {
    const was = controls.base(control.key);
    return `${control.title}: ${was ? inWords(was, control) : control.kind}`;
  }).join("; ");
}

/** @param {import("./kept.js").State} state @param {any} message */
function answered(state, message) {
  Object.assign(state, { answer: message, words: state.scenario === scenario ? changesInWords(message) : state.words });
  askedState = null;
  kept.fill();
  soon();
}

/** Ask for the answer of a kept state that has none, once nothing else is to come. */
function askKept() {
  const state = kept.next();
  const waits = hasChanges() && !shares && performance.now() < finalAt + UNTIL_KEPT;
  if (!state || askedState || !isOpen || !scene || isHeld || isMistaken || isBusy() || waits) return;
  askedState = state;
  connection.ask({ changes: state.changes, scenario: state.scenario }, true);
}

function fragment(withKept = true) {
  const states = kept.states.map(({ name, scenario, lab, changes }) => ({ name, scenario, lab, changes }));
  return fragmentOf({ changes: history.now, scenario, kept: withKept ? states : [], known: known.figures });
}

function isLinkTooLong() {
  return kept.states.length > 0 && fragment().length > LONGEST_LINK;
}

/** Keep the whole state in the address, without the kept ones where it would be too long. */
function keepInAddress() {
  const text = fragment(!isLinkTooLong());
  window.history.replaceState(null, "", text || location.pathname + location.search);
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
  askedState = null;
  sharesOf = connection.ask(asked(), false);
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
  askedState = null;
  sharesOf = connection.ask(asked(), true);
  keepInAddress();
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
  tools.enable({ canUndo, canRedo, isChanged: hasChanges(), isOpen, isShown: scene !== null, isReporting: reporting > 0 });
}

function draw() {
  note();
  const isChanged = hasChanges();
  const now = isChanged ? answer ?? base : base;
  if (!scene || !now) return;
  pictures.show(now, isChanged && now !== base ? base : null, kept.states);
  const isReady = isOpen && !isBusy() && !isMistaken;
  tornado.want(history.now, isReady);
  known.want(history.now, isReady);
  if (!isBusy()) kept.now(now);
  byId("keep").disabled = false;
  askKept();
  const isAtRest = !isChanged || settledAs === history.now;
  const all = scene.final_paths;
  words.show({ answer: now, findings: pictures.findings(), shares, all, isAtRest, isChanged, isMistaken });
  changed.show(Object.keys(history.now).flatMap((key) => {
    const [was, is] = [controls.base(key), controls.now(key)];
    return was && is ? [{ base: was, now: is }] : [];
  }));
}

window.addEventListener("hashchange", () => {
  const link = linkOf(location.hash);
  if (link && link.scenario !== scenario) {
    scenario = link.scenario;
    known.replace(figuresOf(link.known));
    begin(link.changes);
  } else if (link) {
    known.replace(figuresOf(link.known));
    kept.replace(statesOf(link.kept));
    set(link.changes, "");
  } else say(byId("mistake"), UNREADABLE);
});
if (linked === null) say(byId("mistake"), UNREADABLE);
