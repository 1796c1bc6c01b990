// What somebody is typing, kept in the browser: a session that ends or a page that is closed loses nothing.

const PREFIX = "baonoi-draft:";

/** @param {string} key @returns {string | null} */
export function draft(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} text empty: there is none any more */
export function keepDraft(key, text) {
  try {
    if (text) localStorage.setItem(PREFIX + key, text);
    else localStorage.removeItem(PREFIX + key);
  } catch {
    // A browser that keeps nothing: the page itself still has it.
  }
}
