/** What is saved of a page: texts, pictures as they stand, tables as numbers. */

const SVG = "http://www.w3.org/2000/svg";
/** What a picture has from the page's style. */
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity",
  "font-family", "font-size", "font-weight", "text-anchor"];
const EDGE = 10;
const TITLE = 13;
const LINE = 17;
/** Pixels of a picture in dots to a pixel of the page. */
const SHARPNESS = 3;

/** @typedef {{head: string[], rows: (string | number | null)[][]}} Numbers */

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Return a name that a file may have. @param {...string} parts */
export function fileName(...parts) {
  return parts.map((part) => part.toLowerCase().replace(/[^\p{L}\p{N}_.]+/gu, "-").replace(/^-+|-+$/g, "")).filter(Boolean).join("-");
}

/** Return a table as CSV, in which no text can be taken for a formula. @param {Numbers} numbers */
export function csvOf({ head, rows }) {
  const cell = (/** @type {string | number | null} */ value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/**
 * Return a picture that stands alone: with its title, its colours and its ground.
 * @param {SVGSVGElement} picture
 * @param {string} title
 */
export function standalone(picture, title) {
  const { width, height } = picture.getBoundingClientRect();
  const lines = linesOf(title, width / (0.62 * TITLE));
  const above = EDGE + LINE * lines.length;
  const inner = /** @type {SVGSVGElement} */ (picture.cloneNode(true));
  inline(picture, inner);
  set(inner, { x: EDGE, y: above, width, height });
  const whole = document.createElementNS(SVG, "svg");
  const size = { width: Math.round(width + 2 * EDGE), height: Math.round(above + height + EDGE) };
  set(whole, { xmlns: SVG, ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: "img" });
  const page = getComputedStyle(document.body);
  const ground = made("rect", { ...size, fill: page.backgroundColor });
  const written = lines.map((line, i) => made("text", {
    x: EDGE, y: EDGE + LINE * (i + 0.7), fill: page.color, "font-size": TITLE, "font-weight": 600, "font-family": page.fontFamily,
  }, line));
  whole.append(made("title", {}, title), ground, ...written, inner);
  return { text: new XMLSerializer().serializeToString(whole), ...size };
}

/** Return a picture in dots. @param {{text: string, width: number, height: number}} picture */
export async function pngOf({ text, width, height }) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: SHARPNESS * width, height: SHARPNESS * height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return /** @type {Promise<Blob>} */ (new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png");
  }));
}

/** @param {Element} from @param {Element} to */
function inline(from, to) {
  const style = getComputedStyle(from);
  to.removeAttribute("class");
  to.removeAttribute("aria-hidden");
  if (from.tagName !== "svg") set(to, Object.fromEntries(STYLES.map((name) => [name, style.getPropertyValue(name)])));
  [...from.children].forEach((child, i) => inline(child, to.children[i]));
}

/** Return a text in lines. @param {string} text @param {number} most letters of a line */
export function linesOf(text, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} text */
function made(name, attributes, text = "") {
  const node = document.createElementNS(SVG, name);
  set(node, attributes);
  node.textContent = text;
  return node;
}

/** @param {Element} node @param {Record<string, string | number>} attributes */
function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") node.setAttribute(key, String(value));
}
