/** Elements, made and changed in place. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {any}
 */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/**
 * @param {Element} parent
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @returns {any}
 */
export function drawn(parent, name, attributes = {}) {
  const node = document.createElementNS(SVG, name);
  put(node, attributes);
  parent.append(node);
  return node;
}

/**
 * Set attributes where they differ.
 * @param {Element} node
 * @param {Record<string, string | number>} attributes
 */
export function put(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    const text = String(value);
    if (node.getAttribute(key) !== text) node.setAttribute(key, text);
  }
}

/** Set a text where it differs. @param {Element} node @param {string} text */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @typedef {{text: string, x: number, y: number, anchor?: string, kind?: string}} Label */

/**
 * Return what writes labels into a part of a picture, with the nodes of the labels before.
 * @param {Element} parent
 */
export function labels(parent) {
  const group = drawn(parent, "g");
  /** @param {Label[]} wanted */
  return (wanted) => {
    while (group.childElementCount > wanted.length) group.lastElementChild.remove();
    while (group.childElementCount < wanted.length) drawn(group, "text");
    wanted.forEach(({ text, x, y, anchor = "middle", kind = "tick" }, i) => {
      put(group.children[i], { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor, class: kind });
      say(group.children[i], text);
    });
  };
}
