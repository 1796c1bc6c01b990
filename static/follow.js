// Our article page follows the voice: the sentence being spoken is marked, and a click or Enter on a
// sentence plays from there.

import { cues as askForCues } from "./api.js";

const SPOKEN = "is-spoken";
/** A click in the text that ends a selection is not a wish to listen. */
const selecting = () => !(getSelection()?.isCollapsed ?? true);
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {HTMLElement | null} */
const text = document.querySelector("[data-follow]");
const player = document.querySelector("bao-noi[cues]");
const hint = document.getElementById("follow-hint");

/** @type {HTMLElement[]} */
const sentences = text ? [...text.querySelectorAll("[data-cue]")] : [];
const byCue = new Map(sentences.map((sentence) => [Number(sentence.dataset.cue), sentence]));

/** @type {Promise<{ index: number, start_ms: number, end_ms: number }[]> | null} */
let asked = null;
/** The same, once they are here. */
let cues = [];
let spoken = null;
/** The one sentence that the Tab key reaches; the arrow keys go on from it. */
let reachable = null;
/** The reader scrolled away from the voice: the page must not pull them back. */
let away = false;
/** When we last scrolled ourselves (ms): the scroll events that follow are ours. */
let scrolledAt = -Infinity;

/** Asks for the cues once; a failure may be tried again. */
function load() {
  asked ??= askForCues(player.getAttribute("cues")).then(
    (answer) => (cues = answer.cues),
    () => {
      asked = null;
      return [];
    },
  );
  return asked;
}

/** The last cue that has begun: in a pause the sentence before it stays marked. */
function cueAt(seconds) {
  const ms = seconds * 1000;
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cues[middle].start_ms <= ms) low = middle + 1;
    else high = middle;
  }
  return cues[low - 1] ?? null;
}

function mark(sentence) {
  if (sentence === spoken) return;
  spoken?.classList.remove(SPOKEN);
  spoken?.removeAttribute("aria-current");
  spoken = sentence;
  if (!sentence) return;
  sentence.classList.add(SPOKEN);
  sentence.setAttribute("aria-current", "true");
  if (!text.contains(document.activeElement)) makeReachable(sentence);
  if (player.playing && !away) bringIntoView(sentence);
}

function makeReachable(sentence) {
  if (reachable === sentence) return;
  for (const name of ["tabindex", "role", "aria-describedby"]) reachable?.removeAttribute(name);
  reachable = sentence;
  sentence.setAttribute("tabindex", "0");
  sentence.setAttribute("role", "button");
  sentence.setAttribute("aria-describedby", hint.id);
}

/** Gently, and only when the sentence is not in the comfortable middle of the window already. */
function bringIntoView(sentence) {
  if (still.matches) return;
  const box = sentence.getBoundingClientRect();
  if (box.top > innerHeight * 0.12 && box.bottom < innerHeight * 0.8) return;
  scrolledAt = performance.now();
  sentence.scrollIntoView({ behavior: "smooth", block: "center" });
}

async function playFrom(sentence) {
  const cue = (await load()).find(({ index }) => index === Number(sentence.dataset.cue));
  if (!cue) return;
  away = false;
  player.playFrom(cue.start_ms / 1000);
}

/** The sentence that an event is about, unless it is about a link inside one. */
function sentenceOf(event) {
  if (event.target.closest("a, button, bao-noi")) return null;
  return event.target.closest("[data-cue]");
}

function onKey(event) {
  const sentence = event.target.closest?.("[data-cue]");
  if (!sentence || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const at = sentences.indexOf(sentence);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: sentences.length - 1 };
  if (event.key === "Enter" || event.key === " ") playFrom(sentence);
  else if (sentences[steps[event.key]]) {
    makeReachable(sentences[steps[event.key]]);
    reachable.focus();
  } else return;
  event.preventDefault();
}

/** Scrolling by hand away from the sentence ends the pulling; coming back to it, or Play, resumes. */
function onScroll() {
  // A smooth scroll of ours lasts well under a second.
  if (!spoken || performance.now() - scrolledAt < 1000) return;
  const box = spoken.getBoundingClientRect();
  away = box.bottom < 0 || box.top > innerHeight;
}

if (text && player && sentences.length > 0) {
  hint.hidden = false;
  text.classList.add("can-follow");
  makeReachable(sentences[0]);
  text.addEventListener("click", (event) => {
    const sentence = sentenceOf(event);
    if (sentence && !selecting()) playFrom(sentence);
  });
  text.addEventListener("keydown", onKey);
  addEventListener("scroll", onScroll, { passive: true });
  player.addEventListener("baonoi-play", () => {
    away = false;
    load();
  });
  player.addEventListener("baonoi-time", (event) => {
    const cue = cueAt(event.detail.time);
    mark(cue ? (byCue.get(cue.index) ?? null) : null);
  });
}
