// The script editor, by keyboard or by hand: listen to what is in doubt, correct it, let it be read again.

import { ApiError } from "./api.js";
import { showJob } from "./job_card.js";
import { jobEvents, scriptPage, settle, startReading, saveEdit } from "./requests.js";
import { Editors } from "./script/editors.js";
import { Sound } from "./script/sound.js";
import t from "./texts.json#script_live";

const help = document.querySelector("[data-keys-help]");
const said = document.querySelector("[data-said]");
const selection = document.querySelector("[data-selection]");
const main = () => document.querySelector("[data-script]");
const { article } = main().dataset;
const sound = new Sound(article, main().dataset.sound);

/** What can be taken back, the last first. @type {(() => Promise<void>)[]} */
const undos = [];

function say(text) {
  said.textContent = text;
}

function why(error) {
  return (error instanceof ApiError && error.message) || t.offline;
}

const rows = () => [...document.querySelectorAll(".line")];
const concerns = () => [...document.querySelectorAll("[data-concern]")];
const rowOf = (concern) => document.querySelector(`#s${concern.dataset.line}`);

/** The sentence, or the concern, that the keys are about. */
const under = (selector) => document.activeElement?.closest?.(selector) ?? null;

/** What a script makes possible is shown once it is there. */
function wake() {
  document.documentElement.classList.add("is-awake");
  for (const button of main().querySelectorAll("[data-keys], [data-play-concerns]")) button.hidden = false;
  sound.use(main().dataset.sound);
  watch();
}

// Whoever comes back to a page that was kept goes on with it.
addEventListener("pageshow", (event) => event.persisted && watch());

/** Numbers shift when a sentence is added; places in the text do not. */
const rowAt = (place) => document.querySelector(`.line[data-place="${CSS.escape(place ?? "")}"]`);

/** Takes the page anew from the server; what somebody is typing elsewhere on it stays. */
async function refresh() {
  let fresh;
  try {
    fresh = await scriptPage();
  } catch (error) {
    // What was done is done; the page only shows it late.
    return say(why(error));
  }
  const open = editors.open.map((form) => [form.closest(".line").dataset.place, form]);
  const place = under(".line")?.dataset.place;
  sound.stop();
  main().replaceWith(fresh);
  wake();
  for (const [at, form] of open) rowAt(at)?.append(form);
  rowAt(place)?.focus({ preventScroll: true });
}

const editors = new Editors({
  article,
  sound,
  say,
  async changed() {
    const before = Number(main().dataset.version);
    undos.push(() => restore(before));
    await refresh();
  },
});

async function restore(number) {
  const fields = new URLSearchParams({ base: main().dataset.version, number });
  await saveEdit(article, fields, "restore");
  await refresh();
}

async function undo() {
  const last = undos.pop();
  if (!last) return say(t.nothing);
  try {
    await last();
    say(t.undone);
  } catch (error) {
    say(t.failed.replace("{why}", why(error)));
  }
}

// ---- Listening

async function play(row) {
  if (!row || row.matches(".is-silent")) return false;
  if (sound.isPlaying(row)) {
    sound.stop();
    return false;
  }
  if (row.dataset.start === undefined) say(t.hearing);
  try {
    const heard = await sound.play(row);
    say("");
    return heard;
  } catch (error) {
    say(t.hearfailed.replace("{why}", why(error)));
    return false;
  }
}

/** One concern after the other, until somebody stops it or corrects something. */
async function playConcerns() {
  const heard = new Set();
  for (const concern of concerns()) {
    const row = rowOf(concern);
    if (!row || heard.has(row)) continue;
    heard.add(row);
    concern.focus();
    if (!(await play(row))) return;
  }
}

// ---- Concerns

async function answer(concern, action) {
  const fields = new URLSearchParams(new FormData(concern.querySelector("form")));
  fields.set("action", action);
  const at = concerns().indexOf(concern);
  try {
    await settle(article, fields);
  } catch (error) {
    return say(t.failed.replace("{why}", why(error)));
  }
  undos.push(async () => {
    const back = new URLSearchParams(fields);
    back.set("undone", action);
    back.set("action", "undo");
    await settle(article, back);
    await refresh();
  });
  await refresh();
  say(t.accepted);
  const left = concerns();
  (left[at] ?? left[at - 1] ?? document.querySelector("#concerns-heading")).focus();
}

function fix(concern) {
  const row = rowOf(concern);
  if (!row) return;
  const words = concern.querySelector("[data-words]")?.textContent ?? "";
  row.scrollIntoView({ block: "center" });
  editors.show(row, words ? "reading" : "sentence", words, concern.dataset.saidAs);
}

function nextConcern() {
  const all = concerns();
  const at = all.indexOf(under("[data-concern]"));
  (all[at + 1] ?? all[0])?.focus();
}

// ---- Reading again

async function readAgain() {
  try {
    await startReading(article);
    say(t.reading);
    await refresh();
  } catch (error) {
    say(t.failed.replace("{why}", why(error)));
  }
}

/** Follows the job of the page to its end. @type {EventSource | null} */
let stream = null;

function watch() {
  stream?.close();
  stream = null;
  const state = main().querySelector("[data-job]:not([data-final])");
  if (!state) return;
  const card = state.closest("[data-job-card]");
  stream = jobEvents(state.dataset.job);
  stream.addEventListener("job", (event) => {
    if (!showJob(card, JSON.parse(event.data))) return;
    stream.close();
    refresh();
  });
}

// ---- Selected words

/** The words that are selected on the written side of one sentence. */
function selected() {
  const range = getSelection();
  const words = String(range).replace(/\s+/g, " ").trim();
  const side = range.anchorNode?.parentElement?.closest("[data-written]");
  const other = range.focusNode?.parentElement?.closest("[data-written]");
  return words && side && side === other ? { words, row: side.closest(".line") } : null;
}

document.addEventListener("selectionchange", () => {
  const found = selected();
  selection.hidden = !found;
  if (found) selection.firstElementChild.textContent = t.readas.replace("{words}", found.words);
});

// Pressing the button must not take the selection away before it is read.
selection.addEventListener("pointerdown", (event) => event.preventDefault());
selection.addEventListener("click", readAs);

function readAs() {
  const found = selected();
  const row = found?.row ?? under(".line") ?? rowOf(under("[data-concern]") ?? { dataset: {} });
  if (!row) return;
  const words = found?.words ?? "";
  getSelection().removeAllRanges();
  editors.show(row, "reading", words);
}

// ---- Hands and keys

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const concern = on("[data-concern]");
  if (on("[data-play-concerns]")) playConcerns();
  else if (on("[data-help]")) help.showModal();
  else if (on("[data-play]")) play(on(".line") ?? document.querySelector(`#s${on("[data-group]").dataset.group}`));
  else if (on("[data-fix]")) fix(concern);
  else if (on("[data-edit-line]")) {
    event.preventDefault();
    editors.show(on(".line"), "sentence");
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const concern = form.closest("[data-concern]");
  if (concern) {
    event.preventDefault();
    answer(concern, event.submitter.value);
  } else if (form.matches("[data-read]")) {
    event.preventDefault();
    readAgain();
  }
});

function move(step) {
  const all = rows();
  const row = under(".line");
  const next = row ? all[all.indexOf(row) + step] : all[0];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(+1),
  k: () => move(-1),
  p: () => play(under(".line") ?? rowOf(under("[data-concern]") ?? { dataset: {} })),
  e: () => {
    const concern = under("[data-concern]");
    if (concern) fix(concern);
    else if (under(".line:not(.is-aside)")) editors.show(under(".line"), "sentence");
  },
  r: readAs,
  t: () => under(".line:not(.is-aside)") && editors.show(under(".line"), "aside"),
  n: nextConcern,
  a: () => under("[data-concern]") && answer(under("[data-concern]"), "accept"),
  i: () => under("[data-concern]") && answer(under("[data-concern]"), "ignore"),
  u: undo,
  l: readAgain,
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = KEYS[event.key.toLowerCase()];
  if (!key) return;
  event.preventDefault();
  key();
});

wake();
