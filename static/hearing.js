// Forms of which something can be heard before it is saved. Without script the sound opens by itself.

import { ApiError } from "./api.js";
import { sound as soundOf } from "./requests.js";

/** What was heard last, so that the browser can let go of it. */
let heard = "";

async function hear(form, button) {
  const said = form.querySelector("[data-hear-said]");
  const sound = form.querySelector("[data-hear-sound]");
  said.textContent = said.dataset.working;
  button.setAttribute("aria-disabled", "true");
  sound.pause();
  try {
    const made = await soundOf(button.formAction, new URLSearchParams(new FormData(form)));
    if (heard) URL.revokeObjectURL(heard);
    heard = URL.createObjectURL(made);
    sound.src = heard;
    sound.hidden = false;
    said.textContent = said.dataset.ready;
    // A browser that wants another touch first shows the controls.
    await sound.play().catch(() => undefined);
  } catch (error) {
    said.textContent = (error instanceof ApiError && error.message) || said.dataset.lost;
    // What was heard before is not what a form says that was refused.
    if (error.status) sound.hidden = true;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** Lets the forms of the page be heard without leaving it. */
export function watchHearing() {
  for (const form of document.querySelectorAll("[data-hear-form]")) {
    const button = form.querySelector("[data-hear]");
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (!button.hasAttribute("aria-disabled")) hear(form, button);
    });
  }
}
