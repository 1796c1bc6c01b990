// The small forms of the script editor: opened below a sentence, tried, saved, and kept until they are.

import { address } from "../api.js";
import { element } from "../element.js";
import { previewReading, saveEdit, saveReading } from "../requests.js";
import t from "../texts.json#script_live";
import { draft, keepDraft } from "../drafts.js";

/** How long nobody types before it is looked up what would change, in ms. */
const REST_MS = 400;

export class Editors {
  #page;
  /** @param {{ article: string, sound: import("./sound.js").Sound, changed: () => Promise<void>, say: (text: string) => void }} page */
  constructor(page) {
    this.#page = page;
    document.addEventListener("submit", (event) => this.#submit(event));
    document.addEventListener("click", (event) => {
      const form = event.target.closest("[data-editor]");
      if (!form) return;
      if (event.target.closest("[data-cancel]")) this.close(form);
      if (event.target.closest("[data-hear]")) this.hear(form);
      if (event.target.closest("[data-save-read]")) this.#save(form, null, true);
    });
    document.addEventListener("input", (event) => {
      const form = event.target.closest("[data-editor]");
      if (!form) return;
      keepDraft(this.#key(form), form.elements.spoken.value);
      this.#wrong(form, "");
      this.#look(form);
    });
    document.addEventListener("keydown", (event) => {
      const form = event.target.closest?.("[data-editor]");
      if (!form) return;
      // A slip of the hand: what was typed is there when it is opened again.
      if (event.key === "Escape") this.close(form, { keeps: true });
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(this.#saver(form));
      else if (event.altKey && event.code === "KeyP") this.hear(form);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** The forms that somebody has opened. */
  get open() {
    return [...document.querySelectorAll(".line > [data-editor]")];
  }

  /**
   * @param {HTMLElement} row
   * @param {"sentence" | "reading" | "aside"} kind
   * @param {string} words what is written, for a reading
   * @param {string} said how that is said now
   */
  show(row, kind, words = "", said = "") {
    const old = row.querySelector(`:scope > [data-editor="${kind}"]`);
    if (old) {
      old.elements.spoken.focus();
      return;
    }
    for (const other of row.querySelectorAll(":scope > [data-editor]")) this.close(other);
    const form = document.querySelector(`[data-template="${kind}"]`).content.firstElementChild.cloneNode(true);
    const number = row.dataset.line;
    for (const named of form.querySelectorAll("[id]")) {
      const id = `${named.id}-${number}`;
      form.querySelector(`[for="${named.id}"]`)?.setAttribute("for", id);
      named.id = id;
    }
    const written = text(row, "[data-written]");
    const fields = form.elements;
    if (kind === "sentence") {
      fields.place.value = row.dataset.place;
      fields.written.value = written;
      fields.spoken.value = text(row, "[data-spoken]", "mark, :scope");
      form.querySelector("[data-back]").hidden = !("edited" in row.dataset);
    } else if (kind === "reading") {
      fields.place.value = row.dataset.place;
      fields.written.value = words;
      fields.spoken.value = said;
    } else {
      fields.after.value = written;
    }
    for (const button of form.querySelectorAll("[data-hear], [data-cancel]")) button.hidden = false;
    row.append(form);
    const kept = draft(this.#key(form));
    if (kept && kept !== fields.spoken.value) {
      fields.spoken.value = kept;
      this.#page.say(t.draft);
    }
    (kind === "reading" && !words ? fields.written : fields.spoken).focus();
    if (said) fields.spoken.select();
    form.scrollIntoView({ block: "nearest" });
  }

  close(form, { keeps = false } = {}) {
    const row = form.closest(".line");
    if (!row) return;
    if (!keeps) keepDraft(this.#key(form), "");
    form.remove();
    row.focus({ preventScroll: true });
  }

  async hear(form) {
    const row = form.closest(".line");
    if (!row) return;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("action", form.dataset.editor);
    this.#page.say(t.hearing);
    try {
      const heard = this.#page.sound.try(row, fields);
      heard.then(() => this.#page.say(""), () => {});
      await heard;
    } catch (error) {
      this.#page.say("");
      this.#wrong(form, t.hearfailed.replace("{why}", why(error)));
    }
  }

  #saver(form) {
    return form.querySelector('[name="action"]:not([hidden])');
  }

  /** By what the words that somebody types are remembered. */
  #key(form) {
    const fields = form.elements;
    const about = fields.written?.value || fields.after?.value || "";
    return `${this.#page.article}:${form.dataset.editor}:${about}`;
  }

  #wrong(form, message, isLoggedOut = false) {
    const line = form.querySelector("[data-wrong]");
    line.textContent = message;
    line.hidden = !message;
    if (message) this.#page.say("");
    if (isLoggedOut) line.append(" ", element("a", { href: address("login"), target: "_blank" }, t.login));
  }

  #submit(event) {
    const form = event.target;
    if (form.matches("[data-editor]")) {
      event.preventDefault();
      this.#save(form, event.submitter, false);
    } else if (form.matches("[data-edit]")) {
      event.preventDefault();
      this.#saveSmall(form, event.submitter);
    }
  }

  async #save(form, submitter, andRead) {
    const fields = new URLSearchParams(new FormData(form, submitter?.name ? submitter : undefined));
    const scope = fields.get("scope") ?? "article";
    const page = this.#page;
    form.classList.add("is-busy");
    try {
      if (scope === "article") {
        if (!fields.get("action")) fields.set("action", form.dataset.editor);
        fields.set("base", document.querySelector("[data-script]").dataset.version);
        await saveEdit(page.article, fields);
      } else {
        const radio = form.querySelector("[name=scope]:checked");
        fields.set("section", radio.dataset.section ?? "");
        await saveReading(fields, andRead);
      }
    } catch (error) {
      form.classList.remove("is-busy");
      this.#wrong(form, t.failed.replace("{why}", why(error)), error.status === 401);
      if (error.status === 401) form.querySelector("[data-wrong]").firstChild.textContent = t.loggedout;
      return;
    }
    const row = form.closest(".line");
    const place = row?.dataset.place;
    keepDraft(this.#key(form), "");
    form.remove();
    await page.changed();
    page.say(t.saved);
    document.querySelector(`.line[data-place="${CSS.escape(place ?? "")}"]`)?.focus({ preventScroll: true });
  }

  /** A button that is a whole form: skip a block, choose a voice, go back to a version. */
  async #saveSmall(form, submitter) {
    const fields = new URLSearchParams(new FormData(form, submitter));
    fields.set("base", document.querySelector("[data-script]").dataset.version);
    const what = fields.has("number") ? "restore" : "edits";
    try {
      await saveEdit(this.#page.article, fields, what);
      await this.#page.changed();
      this.#page.say(t.saved);
    } catch (error) {
      this.#page.say(t.failed.replace("{why}", why(error)));
    }
  }

  /** Shows what a reading for more than this article would change, before it is saved. */
  #look(form) {
    if (form.dataset.editor !== "reading") return;
    clearTimeout(form.looking);
    form.looking = setTimeout(() => this.#preview(form), REST_MS);
  }

  async #preview(form) {
    const fields = new URLSearchParams(new FormData(form));
    const radio = form.querySelector("[name=scope]:checked");
    const box = form.querySelector("[data-preview]");
    const both = form.querySelector("[data-save-read]");
    const save = form.querySelector("[name=action]");
    const isWide = radio.value !== "article";
    box.hidden = both.hidden = !isWide;
    save.textContent = isWide ? t.savelexicon : t.save;
    if (!isWide || !fields.get("written").trim() || !fields.get("spoken").trim()) {
      box.hidden = both.hidden = true;
      return;
    }
    fields.set("section", radio.dataset.section ?? "");
    box.textContent = t.previewing;
    both.hidden = true;
    try {
      const found = await previewReading(fields);
      // Somebody has typed on.
      if (String(new URLSearchParams(new FormData(form)).get("spoken")) !== fields.get("spoken")) return;
      box.replaceChildren(...preview(found));
      both.hidden = found.articles === 0;
      both.textContent = t.saveread.replace("{count}", found.articles);
    } catch (error) {
      box.textContent = why(error);
    }
  }
}

function preview(found) {
  if (found.sentences === 0) return [element("p", {}, t.previewnone)];
  const count = t.preview.replace("{sentences}", found.sentences).replace("{articles}", found.articles);
  const parts = [element("p", {}, element("strong", {}, count))];
  if (found.looked_at < found.of) {
    parts.push(element("p", {}, t.previewpart.replace("{looked}", found.looked_at).replace("{of}", found.of)));
  }
  const rows = found.items.map((item) =>
    element("li", {}, element("b", {}, item.title), element("br"), element("del", {}, item.before), " → ", element("ins", {}, item.after)),
  );
  parts.push(element("ol", { class: "preview-items" }, ...rows));
  const more = found.sentences - found.items.length;
  if (more > 0) parts.push(element("p", {}, t.previewmore.replace("{count}", more)));
  return parts;
}

function why(error) {
  return error.message || t.offline;
}

/** The words of a side, without the chips beside them. */
function text(row, selector) {
  const side = row.querySelector(selector).cloneNode(true);
  for (const chip of side.querySelectorAll(".chip")) chip.remove();
  return side.textContent.replace(/\s+/g, " ").trim();
}
