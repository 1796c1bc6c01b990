// The editors' list: chosen rows, keys, what is done with several at once, and what changes meanwhile.

import { draft, keepDraft } from "./drafts.js";
import { recall, remember } from "./memory.js";
import { changeArticles } from "./requests.js";
import { fill } from "./words.js";
import { Live } from "./desk/live.js";
import { Rows } from "./desk/rows.js";
import t from "./texts.json#desk_list";

const rows = new Rows();
const live = new Live(rows);
const bulk = document.querySelector("#desk-bulk");
const selectAll = document.querySelector("[data-select-all]");
const undoForm = document.querySelector("[data-undo]");
const keysUse = document.querySelector("[data-keys-use]");
const help = document.querySelector("[data-keys-help]");

/** The way back from what was done last. @type {{ action: string, keys: string[] } | null} */
let undo = null;

// ---- What is chosen

function showSelected() {
  const count = rows.selected.length;
  bulk.classList.toggle("is-choosing", count > 0);
  document.querySelector("[data-selected]").textContent = count > 0 ? fill(t.selected, { count }) : "";
  selectAll.checked = count > 0 && count === rows.all.length;
}

function selectRows(isChosen) {
  for (const row of rows.all) row.querySelector("[data-select]").checked = isChosen;
  showSelected();
}

// ---- What is done with it

async function act(action, keys) {
  if (keys.length === 0) return;
  const hadFocus = bulk.contains(document.activeElement);
  let told;
  try {
    told = await changeArticles(action, keys);
  } catch (error) {
    return say(error.message || t.offline);
  }
  undo = told.undo ? { action: told.undo, keys: told.articles.map((id) => `article:${id}`) } : null;
  undoForm.hidden = !undo;
  say(told.message);
  selectRows(false);
  // The buttons go; the hand goes back to where it was.
  if (hadFocus) rows.makeCurrent(rows.current ?? rows.all[0] ?? null);
  const named = (kind) => keys.filter((key) => key.startsWith(kind)).map((key) => key.slice(kind.length));
  await live.refresh(named("article:"), named("job:"));
}

function takeBack() {
  if (undo) act(undo.action, undo.keys);
}

function say(text) {
  document.querySelector("[data-decided]").hidden = false;
  document.querySelector("[data-said]").textContent = text;
}

// ---- Keys

const KEYS = {
  j: () => rows.move(+1),
  k: () => rows.move(-1),
  x: () => {
    rows.toggle(rows.current);
    showSelected();
  },
  u: takeBack,
  escape: () => selectRows(false),
  enter: () => rows.current?.querySelector("[data-title]").click(),
  "/": () => document.querySelector("[type=search]").focus(),
  "?": () => help.showModal(),
};

function onKey(event) {
  if (!keysUse.checked || help.open || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const name = event.key.toLowerCase();
  // Elsewhere the key is the link's or the button's own.
  if (name === "enter" && event.target !== rows.current) return;
  const press = KEYS[name];
  if (!press) return;
  event.preventDefault();
  // A key that is held down moves on, and does nothing else again and again.
  if (event.repeat && press !== KEYS.j && press !== KEYS.k) return;
  press();
}

// ---- What somebody types, which a session that ends must not take along

function keepTyping() {
  const isAdded = new URLSearchParams(location.search).has("added");
  for (const field of document.querySelectorAll("[data-keep]")) {
    const key = `desk:${field.name}`;
    if (isAdded) keepDraft(key, "");
    else if (!field.value) field.value = draft(key) ?? "";
    // What is there and cannot be seen would be found by accident.
    if (field.value) field.closest("details")?.setAttribute("open", "");
    field.addEventListener("input", () => keepDraft(key, field.value));
  }
}

function start() {
  keepTyping();
  const given = new FormData(undoForm);
  if (given.has("action")) undo = { action: given.get("action"), keys: given.getAll("row") };
  keysUse.checked = recall("desk-keys") !== "off";
  keysUse.addEventListener("change", () => remember("desk-keys", keysUse.checked ? "on" : "off"));
  selectAll.addEventListener("change", () => selectRows(selectAll.checked));
  rows.list.addEventListener("change", showSelected);
  document.querySelector("[data-help]").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", onKey);
  bulk.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.submitter.value, rows.selected.map((row) => row.querySelector("[data-select]").value));
  });
  undoForm.addEventListener("submit", (event) => {
    event.preventDefault();
    takeBack();
  });
  // What was ticked before the page was loaded again is ticked still.
  showSelected();
  bulk.classList.add("is-ready");
}

start();
