// A button that copies a new key.

const key = document.querySelector("[data-key]");
const copy = document.querySelector("[data-copy]");

// The browser may not let a page copy, e.g. over plain HTTP: then the key is marked by hand.
if (key && copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(key.textContent);
    document.querySelector("[data-copied]").hidden = false;
  });
}
