/** The table beside a picture, made when it is opened. */

import { element, say } from "./dom.js";
import { csvOf, pngOf, save, standalone } from "./files.js";

/** @typedef {{caption: string, head: string[], rows: string[][]}} Cells */
/** @typedef {{head: string, text: string, name: string, run: (row: number) => void}} Action what each row has a button for */
/** @typedef {{name: string, numbers: import("./files.js").Numbers}} Saved what its files hold, and are called by */

/**
 * @param {Element} parent
 * @param {string} title the id of the picture's title
 * @param {() => Cells | null} cells as they are now
 * @param {() => Saved | null} saved as it is now
 * @param {Action | null} action
 * @param {() => SVGSVGElement} drawing what its files show; by default the picture beside it
 */
export function createTable(parent, title, cells, saved, action = null, drawing = () => parent.querySelector(":scope > svg")) {
  const caption = element("caption");
  const head = element("thead");
  const body = element("tbody");
  const table = element("table", {}, caption, head, body);
  const around = element("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": title }, table);
  const summary = element("summary", { "aria-describedby": title }, "Table, files");
  const files = element("div", { class: "files", role: "group", "aria-labelledby": title },
    ...[["SVG", saveSvg], ["PNG", savePng], ["CSV", saveCsv]].map(([kind, on]) => {
      const label = `Download ${kind === "CSV" ? "the table" : "the picture"} as ${kind}`;
      const button = element("button", { type: "button", class: "quiet", "aria-label": label }, kind);
      button.addEventListener("click", on);
      return button;
    }));
  const details = element("details", { class: "table" }, summary, files, around);
  const foot = element("div", { class: "foot" }, details);
  parent.append(foot);
  details.addEventListener("toggle", show);

  function show() {
    const now = details.open ? cells() : null;
    if (!now) return;
    say(caption, now.caption);
    fill(head, [now.head], action && (() => element("th", { scope: "col" }, action.head)));
    fill(body, now.rows, action && ((row) => element("td", {}, button(row, now.rows[row][0]))));
  }

  /** @param {number} row @param {string} name */
  function button(row, name) {
    const label = `${action?.name}: ${name}`;
    const node = element("button", { type: "button", class: "quiet", "aria-label": label }, action?.text ?? "");
    node.addEventListener("click", () => action?.run(row));
    return node;
  }

  function picture() {
    return standalone(drawing(), document.getElementById(title)?.textContent ?? "");
  }

  function saveSvg() {
    const now = saved();
    if (now) save(`${now.name}.svg`, new Blob([picture().text], { type: "image/svg+xml" }));
  }

  async function savePng() {
    const now = saved();
    if (now) save(`${now.name}.png`, await pngOf(picture()));
  }

  function saveCsv() {
    const now = saved();
    if (now) save(`${now.name}.csv`, new Blob([csvOf(now.numbers)], { type: "text/csv" }));
  }
  return { show, foot };
}

/**
 * @param {HTMLTableSectionElement} part
 * @param {string[][]} rows
 * @param {((row: number) => Element) | null} second makes a further cell after the first, whose text stays
 */
export function fill(part, rows, second = null) {
  const isHead = part.tagName === "THEAD";
  const more = second ? 1 : 0;
  if (part.rows.length !== rows.length || part.rows[0]?.cells.length !== (rows[0]?.length ?? 0) + more) {
    part.replaceChildren(...rows.map((row) => element("tr", {}, ...row.map((_, i) => cell(isHead, i)))));
    if (second) rows.forEach((_, i) => part.rows[i].cells[0].after(second(i)));
  }
  rows.forEach((row, i) => row.forEach((text, j) => say(part.rows[i].cells[j > 0 ? j + more : 0], text)));
}

/** @param {boolean} isHead @param {number} column */
function cell(isHead, column) {
  if (isHead) return element("th", { scope: "col" });
  return column === 0 ? element("th", { scope: "row" }) : element("td");
}
