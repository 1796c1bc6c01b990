// Forms of which something can be heard before it is saved. Without script the sound opens by itself.

/** What was heard last, so that the browser can let go of it. */
let heard = "";

async function hear(form, button) {
  const said = form.querySelector("[data-hear-said]");
  const sound = form.querySelector("[data-hear-sound]");
  said.textContent = said.dataset.working;
  button.setAttribute("aria-disabled", "true");
  sound.pause();
  try {
    const response = await fetch(button.formAction, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => null);
      said.textContent = answer?.error?.message || said.dataset.lost;
      // What was heard before is not what this form says.
      sound.hidden = true;
      return;
    }
    if (heard) URL.revokeObjectURL(heard);
    heard = URL.createObjectURL(await response.blob());
    sound.src = heard;
    sound.hidden = false;
    said.textContent = said.dataset.ready;
    // A browser that wants another touch first shows the controls.
    await sound.play().catch(() => undefined);
  } catch {
    said.textContent = said.dataset.lost;
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
