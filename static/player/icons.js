// Icons, and the buttons that carry them.

import { element } from "../element.js";

const SVG = "http://www.w3.org/2000/svg";

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
 * A round button with an icon; its text is said and shown as a tooltip.
 * @param {string} name its class and part
 * @param {string} path of the icon
 * @param {string} text
 */
export function button(name, path, text) {
  return element("button", { type: "button", class: name, part: `button ${name}`, title: text }, icon(path),
    element("span", { class: "text" }, text));
}
