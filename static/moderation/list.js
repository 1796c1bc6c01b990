// The list on the moderators' desk: which card is under the hand, which are chosen, and how many wait elsewhere.

import { element } from "../element.js";
import t from "../texts.json#moderation";

export class List {
  /** @type {HTMLElement} */
  queue = document.querySelector("[data-queue]");
  /** Which queue this is. */
  name = this.queue.dataset.queue;
  /** The card that the keys are about. @type {HTMLElement | null} */
  current = null;
  /** Card -> its place in the list, to which it can come back. */
  #order = new Map();
  /** The comments that were ever here: what is loaded later is new only if it is not among them. */
  #known = new Set();

  constructor() {
    for (const card of this.cards) this.#know(card);
    this.queue.addEventListener("focusin", (event) => {
      const card = event.target.closest("[data-comment]");
      if (card && card !== this.current) this.makeCurrent(card, { focus: false });
    });
    // Nobody types on a telephone, so nothing needs the focus there.
    this.makeCurrent(this.queue.firstElementChild, { focus: !matchMedia("(pointer: coarse)").matches });
    this.showEmptiness();
  }

  get cards() {
    return [...this.queue.children];
  }

  get selected() {
    return this.cards.filter((card) => card.querySelector("[data-select]").checked);
  }

  #know(card) {
    this.#order.set(card, this.#order.size);
    this.#known.add(card.dataset.comment);
    card.querySelector(".queue-select").hidden = false;
  }

  makeCurrent(card, { focus = true } = {}) {
    this.current?.classList.remove("is-current");
    this.current?.setAttribute("tabindex", "-1");
    this.current = card;
    // Without a card the list itself keeps the focus, so that "undo" still has a place to be pressed at.
    if (!card) {
      if (focus) this.queue.focus();
      return;
    }
    card.classList.add("is-current");
    card.setAttribute("tabindex", "0");
    if (!focus) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  move(step) {
    const all = this.cards;
    const at = all.indexOf(this.current);
    this.makeCurrent(all[Math.min(Math.max(at + step, 0), all.length - 1)] ?? null);
  }

  /** Takes cards out of the list; the next one that stays comes under the hand. */
  take(taken) {
    const hadCurrent = taken.includes(this.current);
    let next = this.current;
    while (next && taken.includes(next)) next = next.nextElementSibling;
    next ??= this.cards.filter((card) => !taken.includes(card)).at(-1) ?? null;
    for (const card of taken) {
      card.querySelector("[data-select]").checked = false;
      card.remove();
    }
    if (hadCurrent) this.makeCurrent(next);
    this.showEmptiness();
  }

  putBack(cards, { focus }) {
    for (const card of cards.filter((card) => !card.isConnected)) {
      const after = this.cards.find((other) => this.#order.get(other) > this.#order.get(card));
      this.queue.insertBefore(card, after ?? null);
    }
    if (cards.length > 0 && (focus || !this.current?.isConnected)) this.makeCurrent(cards[0]);
    this.showEmptiness();
  }

  /** Adds what is new at the end, where it moves nothing. */
  append(html) {
    const given = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li[data-comment]");
    const fresh = [...given].filter((card) => !this.#known.has(card.dataset.comment));
    for (const card of fresh) {
      this.#know(card);
      this.queue.append(card);
    }
    if (!this.current && fresh.length > 0) this.makeCurrent(fresh[0], { focus: this.queue.contains(document.activeElement) });
    this.showEmptiness();
    return fresh.length;
  }

  showEmptiness() {
    document.querySelector("[data-empty]").hidden = this.queue.children.length > 0;
  }

  // ---- How many there are

  counted(name) {
    return Number(document.querySelector(`[data-count="${name}"]`)?.textContent ?? 0);
  }

  setCount(name, count) {
    const number = document.querySelector(`[data-count="${name}"]`);
    if (number) number.textContent = String(Math.max(0, count));
  }

  /**
   * A comment is in another state by now, here and on the tabs. `open`: the queues beside its state in which it
   * stands, such as "reported"; a decision takes it out of them.
   */
  setState(card, state, reason = "", open = "") {
    const isHeld = card.querySelector(".queue-rules") !== null;
    const change = (name, by) => this.setCount(name, this.counted(name) + by);
    change(card.dataset.state, -1);
    change(state, +1);
    if (isHeld && card.dataset.state === "waiting") change("flagged", -1);
    if (isHeld && state === "waiting") change("flagged", +1);
    for (const queue of card.dataset.open.split(" ")) change(queue, -1);
    for (const queue of open.split(" ")) change(queue, +1);
    card.dataset.open = open;
    card.dataset.state = state;
    const name = card.querySelector(".queue-state");
    if (name) name.textContent = t[state];
    card.dataset.reason = reason;
  }
}

/** A line that says what was just done. */
export function say(text) {
  document.querySelector("[data-decided]").hidden = false;
  document.querySelector("[data-said]").replaceChildren(element("span", {}, text));
}
