/** The picture of one assumption: its density, what it was, and where its handles stand. */

import { drawn, put } from "./dom.js";

/** @typedef {import("./scale.js").Scale} Scale */
/** @typedef {{x: number[], y: number[], masses: [number, number][]}} Shape */

const WIDTH = 400;
const HEIGHT = 100;
const TOP = 6;

/** @param {number} share of the height */
const up = (share) => (HEIGHT - (HEIGHT - TOP) * share).toFixed(1);

/** @param {Element} parent */
export function createDistribution(parent) {
  const svg = drawn(parent, "svg", {
    class: "density",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const before = drawn(svg, "path", { class: "before" });
  const area = drawn(svg, "path", { class: "area" });
  const stems = drawn(svg, "path", { class: "stems" });
  drawn(svg, "path", { class: "ground", d: `M0 ${HEIGHT}H${WIDTH}` });
  const marks = drawn(svg, "path", { class: "marks" });
  return {
    /**
     * @param {Scale} scale
     * @param {Shape | null} shape
     * @param {Shape | null} base drawn behind, where it differs
     */
    show(scale, shape, base) {
      put(area, { d: shape ? curve(scale, shape) : "" });
      put(stems, { d: shape ? sticks(scale, shape) : "" });
      put(before, { d: base ? curve(scale, base) + sticks(scale, base) : "" });
    },
    /** @param {Scale} scale @param {number[]} values where lines stand */
    mark(scale, values) {
      put(marks, { d: values.map((value) => `M${across(scale, value)} ${HEIGHT}V${TOP}`).join("") });
    },
  };
}

/** @param {Scale} scale @param {number} value */
function across(scale, value) {
  return (WIDTH * scale.at(value)).toFixed(1);
}

/** @param {Scale} scale @param {Shape} shape */
function curve(scale, { x, y }) {
  if (x.length === 0 || !y.some((height) => height > 0)) return "";
  const line = x.map((value, i) => `${across(scale, value)} ${up(y[i])}`).join("L");
  return `M${across(scale, x[0])} ${HEIGHT}L${line}V${HEIGHT}Z`;
}

/** @param {Scale} scale @param {Shape} shape */
function sticks(scale, { masses }) {
  const most = Math.max(...masses.map(([, share]) => share), 0);
  return masses.map(([x, share]) => `M${across(scale, x)} ${HEIGHT}V${up(share / most)}`).join("");
}
