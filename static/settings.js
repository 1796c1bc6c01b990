// The pages of settings: hearing what is typed, watching a voice arrive, copying code. Without script all of them
// work too, a page at a time.

import { address, ask } from "./api.js";

/** How often it is asked how far a voice is, in ms. */
const WATCH_MS = 1_000;

// ---- Hearing

/** What was heard last, so that the browser can let go of it. */
let heard = "";

async function hear(form, button) {
  const said = form.querySelector("[data-hear-said]");
  const sound = form.querySelector("[data-hear-sound]");
  said.textContent = said.dataset.working;
  button.setAttribute("aria-disabled", "true");
  try {
    const response = await fetch(address("desk/settings/sound"), {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => null);
      said.textContent = answer?.error?.message ?? "";
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

for (const form of document.querySelectorAll("[data-hear-form]")) {
  const button = form.querySelector("[data-hear]");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (!button.hasAttribute("aria-disabled")) hear(form, button);
  });
}

// ---- A voice that is on its way

async function watch(place) {
  const said = place.querySelector("[data-install-said]");
  const progress = place.querySelector("progress");
  try {
    const now = await ask("desk/settings/voice/install");
    if (!now.running) return location.reload();
    if (said.textContent !== now.text) said.textContent = now.text;
    if (now.total !== null) {
      progress.max = now.total;
      progress.value = now.done;
    }
  } catch (error) {
    // Logged out, or started anew: the page says more than this place.
    if (error.status >= 400 && error.status < 500) return location.reload();
  }
  setTimeout(() => watch(place), WATCH_MS);
}

const installing = document.querySelector("[data-installing]");
if (installing) watch(installing);

// ---- Copying

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const place = button.closest(".setting-code");
    await navigator.clipboard.writeText(place.querySelector("code").textContent);
    place.querySelector("[role=status]").textContent = button.dataset.copied;
  });
}
