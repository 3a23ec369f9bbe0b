/** Wires the page: what is changed goes to the server, what it answers to the pictures. */

import { connect } from "./connection.js";
import { withPart, withValue } from "./control.js";
import { createControls } from "./controls.js";
import { createChanged } from "./changed.js";
import { say } from "./dom.js";
import { createPictures } from "./pictures.js";
import { changesOf, createHistory, fragmentOf, isSame } from "./state.js";
import { pathsInWords, sentences } from "./words.js";

/** A hand rests after so many milliseconds without a move. */
const REST = 150;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

const read = changesOf(location.hash);
const history = createHistory(read ?? {});
const pictures = createPictures(byId("dates"), byId("fans"));
const controls = createControls(byId("controls"), byId("search"), {
  grab: askLimits,
  move: (key, part, set) => change(key, withPart(valueOf(key), part, set), part),
  hold: (is) => { isHeld = is; },
  rest: (key, part) => rest(`${key} ${part}`),
  type: typed,
  kind: (key, kind) => connection.send("kind", { key, kind, changes: history.now }),
  reset,
});
const changed = createChanged(byId("changed"), byId("list"), {
  reset,
  reveal: (key) => {
    byId("changes").hidePopover();
    controls.reveal(key);
  },
});

/** @type {any} */
let scene = null;
/** @type {any} The answer of the scenario as it is. */
let base = null;
/** @type {any} The newest answer of what is changed. */
let answer = null;
/** @type {any} */
let shares = null;
let timer = 0;
let isDue = false;
let wasLost = false;
/** Whether a pointer holds a handle. */
let isHeld = false;
/** Whether what is changed can't be. */
let isMistaken = false;
/** @type {any} What the last whole answer was asked for. */
let settledAs = null;
/** @type {any} What the newest whole answer is of. */
let wholeOf = null;
let saving = 0;

const connection = connect({
  message: (message) => receive[message.type]?.(message),
  state: (state) => {
    if (state === "lost") {
      settledAs = null;
      wasLost = true;
      say(byId("server"), "The server is gone; what you changed is kept here. Trying again …");
    } else if (state === "open") {
      say(byId("server"), "");
      if (wasLost) tell("The server is back.");
      wasLost = false;
    }
    isOpen = state === "open";
    noteState();
  },
});
let isOpen = false;

/** @type {Record<string, (message: any) => void>} */
const receive = {
  scene(message) {
    // After a pause of the connection it is the same again.
    if (!isSame(scene, message)) open(message);
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
  mistake(message) {
    isMistaken = true;
    soon();
    if (!message.key || !controls.complain(message.key, message.text)) say(byId("mistake"), message.text);
  },
  shares(message) {
    shares = message;
    soon();
  },
  limits: (message) => controls.limit(message.key, message.part, message),
  control: ({ control }) => set({ ...history.now, [control.key]: control.value }, `kind ${control.key}`),
  ranks: (message) => controls.ranks(message.ranks),
  toml(message) {
    if (message.number === saving) download(message.name, message.text);
  },
  refused: (message) => say(byId("server"), message.text),
};

const LEGEND =
  "Line: median; bands: half and 90% of paths; diamonds: what came true. Grey: without your changes. " +
  "Equal areas of the bars are equal shares of paths; the odds’ band is the simulation’s 95% interval.";

const UNREADABLE = "The link’s changes can’t be read; the scenario is shown as it is.";
const HINT = "Drag a handle or type a number: the pictures follow.";
const ODDS = /((?:about )?[<>]?\d[\d.]*% of paths)/;

/** Show another scenario. @param {any} message */
function open(message) {
  scene = message;
  base = answer = shares = null;
  say(byId("name"), scene.name);
  document.title = `${scene.name}: explorer`;
  say(byId("disclaimer"), scene.disclaimer);
  say(byId("legend"), LEGEND);
  pictures.scene(scene);
  controls.scene(scene.controls);
}

function hasChanges() {
  return Object.keys(history.now).length > 0;
}

/** Return what an assumption is now. @param {string} key */
function valueOf(key) {
  return history.now[key] ?? controls.base(key)?.value;
}

/** Change one assumption under the hand. @param {string} key @param {any} value @param {string} part */
function change(key, value, part) {
  const { [key]: _, ...others } = history.now;
  history.set(isSame(value, controls.base(key)?.value) ? others : { ...others, [key]: value });
  shares = null;
  isMistaken = false;
  controls.moves(key, part);
  connection.ask(history.now, false);
  noteState();
  soon();
  clearTimeout(timer);
  timer = setTimeout(() => rest(`${key} ${part}`), REST);
}

/** @param {string} key */
function reset(key) {
  const { [key]: _, ...others } = history.now;
  set(others, `reset ${key}`);
}

/** A drag is one step of the history, however often the hand rests in it. @param {string} tag of what was moved */
function rest(tag) {
  clearTimeout(timer);
  if (!isHeld) history.keep(tag);
  settle();
}

/** @param {string} key @param {string} part @param {string} text */
function typed(key, part, text) {
  const usual = text.replaceAll("\u2212", "-");
  const number = Number(usual);
  const set = usual !== "" && Number.isFinite(number) ? number : usual;
  change(key, withPart(valueOf(key), part, set), part);
  rest(`typed ${key} ${part}`);
}

/** Set all changes at once. @param {Record<string, any>} changes @param {string} tag */
function set(changes, tag) {
  history.set(changes);
  history.keep(tag);
  jumped();
}

/** Show and ask for changes that no hand has moved to. */
function jumped() {
  shares = null;
  showChanges();
  settle();
}

/** Ask for the whole answer of what is changed, and keep it in the address. */
function settle() {
  noteState();
  soon();
  if (settledAs === history.now) return;
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

/** @param {string} key @param {string} part */
function askLimits(key, part) {
  connection.send("limits", { key, part, changes: history.now });
}

/** Draw in the next frame, once. */
function soon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    show();
  });
}

function show() {
  noteState();
  const now = hasChanges() ? answer ?? base : base;
  if (!scene || !now) return;
  pictures.show(now, hasChanges() && now !== base ? base : null);
  const [first, ...others] = sentences(now.sentence);
  showLead(first);
  say(byId("more"), others.join(" "));
  const findings = pictures.findings();
  say(byId("strip"), findings.join(" · "));
  say(byId("paths"), pathsInWords(now.paths, scene.final_paths, !hasChanges() || settledAs === history.now));
  byId("shares").classList.toggle("hint", !hasChanges());
  say(byId("shares"), changeInWords(findings[0]));
  changed.show(Object.keys(history.now).flatMap((key) => {
    const [was, is] = [controls.base(key), controls.now(key)];
    return was && is ? [{ base: was, now: is }] : [];
  }));
}

/** @param {string} finding of the first picture */
function changeInWords(finding) {
  if (!hasChanges()) return HINT;
  if (isMistaken) return "What is changed can’t be: the pictures show the answer before.";
  return shares?.sentence ?? `${finding}.`;
}

/** Show a sentence with its probability in bold. @param {string} sentence */
function showLead(sentence) {
  const parts = sentence.split(ODDS);
  byId("lead").querySelectorAll("span, strong").forEach((/** @type {Element} */ part, /** @type {number} */ i) => say(part, parts[i] ?? ""));
}

/** Tell whether the answer of all paths is still to come. */
function isBusy() {
  return !isMistaken && (hasChanges() ? wholeOf !== history.now : !base?.is_final);
}

function noteState() {
  byId("answer").setAttribute("aria-busy", String(isBusy()));
  byId("undo").disabled = !history.canUndo;
  byId("redo").disabled = !history.canRedo;
  byId("reset").disabled = !hasChanges();
  byId("copy").disabled = scene === null;
  byId("save").disabled = !isOpen || !hasChanges();
}

/** @param {string} text of what was done */
function tell(text) {
  say(byId("said"), text);
  setTimeout(() => {
    if (byId("said").textContent === text) say(byId("said"), "");
  }, 4000);
}

/** @param {string} name @param {string} text */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
  tell(`Saved as ${name}.`);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    tell("Link copied.");
  } catch {
    tell("The link stands in the address bar: copy it there.");
  }
}

/** @param {"undo" | "redo"} which */
function step(which) {
  if (which === "undo" ? !history.canUndo : !history.canRedo) return;
  history[which]();
  jumped();
}

byId("undo").addEventListener("click", () => step("undo"));
byId("redo").addEventListener("click", () => step("redo"));
byId("reset").addEventListener("click", () => set({}, "reset all"));
byId("copy").addEventListener("click", copy);
byId("save").addEventListener("click", () => {
  saving = connection.send("toml", { changes: history.now });
});
document.addEventListener("keydown", (event) => {
  const isText = event.target instanceof HTMLInputElement && event.target.type !== "range";
  if (isText || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  step(key === "y" || event.shiftKey ? "redo" : "undo");
});
window.addEventListener("hashchange", () => {
  const changes = changesOf(location.hash);
  if (changes) set(changes, "link");
  else say(byId("mistake"), UNREADABLE);
});
if (read === null) say(byId("mistake"), UNREADABLE);
