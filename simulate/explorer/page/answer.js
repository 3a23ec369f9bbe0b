/** The answer in words: its sentences, what has changed of it, and of how many paths it is. */

import { say } from "./dom.js";
import { pathsInWords, sentences } from "./words.js";

const HINT = "Drag a handle or type a number: the pictures follow.";
const IMPOSSIBLE = "What is changed can’t be: the pictures show the answer before.";
const ODDS = /((?:about )?[<>]?\d[\d.]*%(?: ± [\d.]+)? of paths)/;

/**
 * @typedef {object} Shown
 * @property {{sentence: string, paths: number}} answer
 * @property {{text: string, short: string}[]} findings of the pictures
 * @property {string} shares what each change brings, in words; empty until it is known
 * @property {number} all paths that there will be
 * @property {boolean} isAtRest
 * @property {boolean} isChanged
 * @property {boolean} isMistaken
 */

/** @param {Record<"lead" | "more" | "shares" | "paths" | "strip", Element>} places */
export function createAnswer({ lead, more, shares, paths, strip }) {
  /** Show a sentence with its probability in bold. @param {string} sentence */
  function showLead(sentence) {
    const parts = sentence.split(ODDS);
    [...lead.children].forEach((part, i) => say(part, parts[i] ?? ""));
  }

  return {
    /** @param {Shown} shown */
    show(shown) {
      const { answer, findings, isChanged } = shown;
      const [first, ...others] = sentences(answer.sentence);
      showLead(first);
      say(more, others.join(" "));
      say(shares, changeInWords(shown));
      shares.classList.toggle("hint", !isChanged);
      say(paths, pathsInWords(answer.paths, shown.all, shown.isAtRest));
      [...strip.children].forEach((line, i) => say(line, findings[i]?.short ?? ""));
    },
  };
}

/** @param {Shown} shown */
function changeInWords({ findings, shares, isChanged, isMistaken }) {
  if (!isChanged) return HINT;
  if (isMistaken) return IMPOSSIBLE;
  return shares || `${findings[0]?.text}.`;
}
