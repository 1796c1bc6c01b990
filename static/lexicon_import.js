// A file of readings is put into the field in which its lines could be pasted.

const pick = document.querySelector("[data-pick]");
const failed = document.querySelector("[data-failed]");
const file = document.querySelector("#file");
const text = document.querySelector("#text");

pick.hidden = false;
file.addEventListener("change", async () => {
  const [chosen] = file.files;
  if (!chosen) return;
  failed.hidden = true;
  try {
    // Anything but UTF-8 would come out as other letters, unseen.
    text.value = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
    text.focus();
  } catch {
    failed.hidden = false;
  }
});
