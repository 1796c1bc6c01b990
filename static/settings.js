// The pages of settings: hearing what is typed, watching a voice arrive, copying code. Without script all of them
// work too, a page at a time.

import { ask } from "./api.js";
import { watchHearing } from "./hearing.js";

/** How often it is asked how far a voice is, in ms. */
const WATCH_MS = 1_000;

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

watchHearing();
