// Reporting a comment: few readers ever do, so it comes as a module of its own.

import { element } from "../element.js";
import { fill } from "../words.js";
import t from "../texts.json#report";
import reasons from "../texts.json#reasons";

/**
 * A small form below a comment.
 * @param {HTMLElement} button what was pressed: it comes back if the reader thinks better of it
 * @param {string} author
 * @param {(reason: string) => Promise<{ message: string }>} send
 */
export function report(button, author, send) {
  const choice = element("select", { class: "comments-field", required: true, "aria-label": fill(t.reason, { author }) },
    element("option", { value: "" }, t.choose),
    ...Object.entries(reasons).map(([name, text]) => element("option", { value: name }, text)));
  const told = element("span", { role: "status", tabindex: -1 });
  const cancel = element("button", { type: "button", class: "comment-act" }, t.cancel);
  const form = element("form", { class: "comment-report" }, choice,
    element("button", { class: "comments-more" }, t.send), cancel, told);
  const close = () => {
    form.replaceWith(button);
    button.focus();
  };
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      told.textContent = (await send(choice.value)).message;
      form.replaceChildren(told);
    } catch (error) {
      told.textContent = error.message || t.failed;
    }
    told.focus();
  });
  button.replaceWith(form);
  choice.focus();
}
