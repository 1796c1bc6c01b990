// The text follows the voice: the sentence being spoken is marked, and a click or Enter on a sentence plays
// from there. On our own page sentences are elements; on a publisher's page they are ranges, shown by the
// CSS Custom Highlight API, so that nothing of that page is changed.

import { sentencesOf } from "./sentences.js";

const SPOKEN = "is-spoken";
const AIMED = "baonoi-aimed";
const MARKED = "baonoi-spoken";
/** How long a smooth scroll of ours may last, in ms: the scroll events meanwhile are ours. */
const SCROLL_MS = 1000;

const HIGHLIGHTS = `
::highlight(${MARKED}) { background-color: var(--baonoi-spoken, Mark); color: var(--baonoi-spoken-text, MarkText); }
::highlight(${AIMED}) { text-decoration: underline 3px; }`;

const still = matchMedia("(prefers-reduced-motion: reduce)");
/** A click in the text that ends a selection there is not a wish to listen. */
function isSelecting(text) {
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && text.contains(selection.anchorNode));
}
/** `null` where the browser does not have it: the text is then not marked. */
const highlights = globalThis.Highlight ? CSS.highlights : null;
let styled = false;

export class Follower {
  #text;
  #player;
  /** @type {import("./sentences.js").Sentence[]} */
  #sentences = [];
  #cues = [];
  #spoken = null;
  /** The one sentence that the keys are about. */
  #aimed = null;
  /** The reader scrolled away from the voice: the page must not pull them back. */
  #away = false;
  #scrolledAt = -Infinity;
  #listening = new AbortController();

  /**
   * @param {HTMLElement} text where the article's words are
   * @param {{ cues(): Promise<object[]>, playFrom(seconds: number): void, mayScroll: boolean,
   *   say(text: string): void, hint: string }} player
   */
  constructor(text, player) {
    this.#text = text;
    this.#player = player;
  }

  async begin() {
    const { signal } = this.#listening;
    // Our own page says itself where its sentences are: nothing is asked before somebody listens.
    if (!this.#text.querySelector("[data-cue]")) await this.#load();
    this.#sentences = sentencesOf(this.#text, this.#cues);
    if (this.#sentences.length === 0 || signal.aborted) return;
    const on = (target, name, react) => target.addEventListener(name, react, { signal, passive: name === "scroll" });
    on(this.#text, "click", (event) => this.#click(event));
    on(this.#text, "keydown", (event) => this.#press(event));
    on(globalThis, "scroll", () => this.#scrolled());
    this.#text.classList.add("can-follow");
    if (!this.#sentences[0].element) this.#beginOnForeignPage();
    this.#aim(this.#sentences[0]);
  }

  /** Ends, and leaves the page as it was. */
  end() {
    this.#listening.abort();
    this.#mark(null);
    highlights?.delete(AIMED);
    this.#text.classList.remove("can-follow");
    const reachable = [this.#text, this.#aimed?.element];
    for (const name of ["tabindex", "role", "aria-label", "aria-description"]) {
      if (this.#sentences.length > 0) reachable.forEach((node) => node?.removeAttribute(name));
    }
  }

  /** The reader asked for sound: the page follows again. */
  come() {
    this.#away = false;
    this.#load();
  }

  async #load() {
    this.#cues = await this.#player.cues();
  }

  /** @param {number | null} seconds `null` while something else is heard */
  show(seconds) {
    const cue = seconds === null ? null : this.#cues[cueAt(this.#cues, seconds)];
    this.#mark(this.#sentences.find(({ index }) => index === cue?.index) ?? null);
  }

  #beginOnForeignPage() {
    this.#text.tabIndex = 0;
    this.#text.setAttribute("aria-description", this.#player.hint);
    if (styled || !highlights) return;
    styled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(HIGHLIGHTS);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }

  #mark(sentence) {
    const before = this.#spoken;
    if (sentence === before) return;
    before?.element?.classList.remove(SPOKEN);
    before?.element?.removeAttribute("aria-current");
    this.#spoken = sentence;
    if (!sentence?.element) {
      if (sentence) highlights?.set(MARKED, new Highlight(sentence.range));
      else highlights?.delete(MARKED);
    }
    if (!sentence) return;
    sentence.element?.classList.add(SPOKEN);
    sentence.element?.setAttribute("aria-current", "true");
    if (!this.#text.contains(document.activeElement)) this.#aim(sentence);
    if (this.#player.mayScroll && !this.#away) this.#bringIntoView(sentence);
  }

  /** Lets the keys be about a sentence. */
  #aim(sentence) {
    if (this.#aimed === sentence) return;
    for (const name of ["tabindex", "role", "aria-description"]) this.#aimed?.element?.removeAttribute(name);
    this.#aimed = sentence;
    sentence.element?.setAttribute("tabindex", "0");
    sentence.element?.setAttribute("role", "button");
    sentence.element?.setAttribute("aria-description", this.#player.hint);
  }

  /** Gently, and only when the sentence is not in the comfortable middle of the window already. */
  #bringIntoView({ range }) {
    if (still.matches) return;
    const box = range.getBoundingClientRect();
    if (box.top > innerHeight * 0.12 && box.bottom < innerHeight * 0.8) return;
    this.#scrolledAt = performance.now();
    scrollTo({ top: scrollY + box.top - (innerHeight - box.height) / 2, behavior: "smooth" });
  }

  async #playFrom(sentence) {
    if (!sentence) return;
    await this.#load();
    const cue = this.#cues.find(({ index }) => index === sentence.index);
    if (!cue) return;
    this.#away = false;
    this.#player.playFrom(cue.start_ms / 1000);
  }

  #click(event) {
    if (isSelecting(this.#text) || event.target.closest("a, button, input, bao-noi")) return;
    const { clientX: x, clientY: y } = event;
    const under = ({ range }) => [...range.getClientRects()].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    this.#playFrom(this.#sentences.find(under));
  }

  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const own = this.#sentences.find(({ element }) => element === event.target);
    // Keys in the publisher's own links and fields are not ours.
    if (!own && event.target !== this.#text) return;
    const at = this.#sentences.indexOf(this.#aimed);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#sentences.length - 1 };
    const next = this.#sentences[steps[event.key]];
    if (event.key === "Enter" || event.key === " ") this.#playFrom(this.#aimed);
    else if (next) this.#reach(next);
    else return;
    event.preventDefault();
  }

  /** The reader went to a sentence by key. */
  #reach(sentence) {
    this.#aim(sentence);
    if (sentence.element) {
      sentence.element.focus();
      return;
    }
    highlights?.set(AIMED, new Highlight(sentence.range));
    this.#player.say(sentence.range.toString());
    const box = sentence.range.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) scrollBy({ top: box.top - innerHeight / 3 });
  }

  /** Scrolling by hand away from the sentence ends the pulling; coming back to it, or Play, resumes. */
  #scrolled() {
    if (!this.#spoken || performance.now() - this.#scrolledAt < SCROLL_MS) return;
    const box = this.#spoken.range.getBoundingClientRect();
    this.#away = box.bottom < 0 || box.top > innerHeight;
  }
}

/**
 * The place of the last cue that has begun, -1 before the first: in a pause the sentence before it counts.
 * @param {{ start_ms: number }[]} cues
 * @param {number} seconds
 */
export function cueAt(cues, seconds) {
  const ms = seconds * 1000;
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cues[middle].start_ms <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
