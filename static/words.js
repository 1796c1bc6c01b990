// How the interface says things: texts with places to fill.

/**
 * Fills the places of a text: `fill("{a} trên {b}", { a: 1, b: 2 })`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{([a-z]+)\}/g, (place, name) => String(values[name] ?? place));
}
