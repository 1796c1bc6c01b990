// Makes DOM nodes without parsing HTML, so that text stays text and Trusted Types are no obstacle.

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
