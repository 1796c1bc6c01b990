// Makes DOM nodes without parsing HTML, so that text stays text and Trusted Types are no obstacle.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 *   `true` sets an empty attribute; `false`, `null` and `undefined` leave it out.
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/**
 * A decorative icon on a 24 × 24 grid; its meaning is said by text beside it.
 * @param {string} path the `d` of an SVG path
 * @param {string} [className]
 */
export function icon(path, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/**
 * A `<link>` to one of our style sheets, for a shadow root, and a promise that it was applied (or
 * could not be: the content is then shown unstyled rather than not at all).
 * @param {string} file
 * @returns {[HTMLElement, Promise<void>]}
 */
export function styles(file) {
  const link = element("link", { rel: "stylesheet", href: new URL(file, import.meta.url).href });
  const settled = new Promise((done) => {
    link.addEventListener("load", () => done(), { once: true });
    link.addEventListener("error", () => done(), { once: true });
  });
  return [link, settled];
}
