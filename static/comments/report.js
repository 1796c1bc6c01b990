// Reporting a comment: few readers ever do, so it comes as a module of its own.

import { element } from "../element.js";
import { fill } from "../words.js";
import t from "../texts.json#report";
import reasons from "../texts.json#reasons";

/**
 * A small form below a comment. Resolves to the reason, or to `null` if the reader thought better of it.
 * @param {HTMLElement} place
 * @param {string} author
 * @returns {Promise<string | null>}
 */
export function askForReason(place, author) {
  return new Promise((resolve) => {
    const choice = element("select", { class: "comments-field", "aria-label": fill(t.reason, { author }) },
      ...Object.entries(reasons).map(([name, text]) => element("option", { value: name }, text)));
    const end = (reason) => {
      form.remove();
      resolve(reason);
    };
    const cancel = element("button", { type: "button", class: "comment-act" }, t.cancel);
    cancel.addEventListener("click", () => end(null));
    const form = element("form", { class: "comment-report" }, choice,
      element("button", { class: "comments-more" }, t.send), cancel);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(choice.value);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end(null);
    });
    place.after(form);
    choice.focus();
  });
}
