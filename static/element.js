// Makes DOM nodes without parsing HTML, so that text stays text and Trusted Types are no obstacle.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 *   `true` sets an empty attribute; `false`, `null` and `undefined` leave it out.
 * @param {...(Node | string | false)} children what is `false` is left out
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== false));
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
 * Gives a shadow root a style: a constructed sheet, which no policy of the page around it refuses.
 * @param {ShadowRoot} root
 * @param {string} css
 */
export function dress(root, css) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // Browsers before constructed sheets.
    root.append(element("style", {}, css));
  }
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
