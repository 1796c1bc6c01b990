// The moderators' desk: one key a decision, shown at once, and put back when the server did not take it.

import { decide as askToDecide } from "./requests.js";
import { recall, remember } from "./memory.js";
import { fill } from "./words.js";
import t from "./texts.json#moderation";

/** What each decision makes of a comment. */
const RESULT = { approve: "approved", reject: "rejected", wait: "waiting" };
/** Which decision leads back to a state. */
const BACK = { approved: "approve", rejected: "reject", waiting: "wait" };

const queue = document.querySelector("[data-queue]");
const tab = queue.dataset.queue;
const keysUse = document.querySelector("[data-keys-use]");
const undoButton = document.querySelector("[data-undo]");

/**
 * Decisions that can be taken back, the newest last: what was decided, and the state before.
 * @type {{ card: HTMLElement, decision: string, before: string }[]}
 */
const decisions = [];
/** Card -> its last request, so that requests about one comment arrive in order. */
const requests = new WeakMap();
/** The card that the keys are about. */
let current = null;

const cards = () => [...queue.children];
/** Card -> its place in the list, to which it can come back. */
const order = new Map(cards().map((card, place) => [card, place]));

// ---- What is shown

function say(text) {
  document.querySelector("[data-decided]").hidden = false;
  document.querySelector("[data-said]").textContent = text;
  undoButton.hidden = decisions.length === 0;
}

function makeCurrent(card, { focus = true } = {}) {
  current?.classList.remove("is-current");
  current?.setAttribute("tabindex", "-1");
  current = card;
  if (!card) return;
  card.classList.add("is-current");
  card.setAttribute("tabindex", "0");
  if (focus) {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
}

function count(state, change) {
  const number = document.querySelector(`[data-count="${state}"]`);
  if (number) number.textContent = String(Math.max(0, Number(number.textContent) + change));
}

function showEmptiness() {
  const empty = queue.children.length === 0;
  // More may wait on the server than this page was given.
  const more = Number(document.querySelector(`[data-count="${tab}"]`).textContent) > 0;
  document.querySelector("[data-empty]").hidden = !empty || more;
  document.querySelector("[data-more]").hidden = !empty || !more;
}

/** Takes a card out of the list; the next one comes under the hand. */
function take(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  card.remove();
  if (card === current) makeCurrent(next);
  showEmptiness();
}

function putBack(card, { focus }) {
  if (card.isConnected) return;
  const after = cards().find((other) => order.get(other) > order.get(card));
  queue.insertBefore(card, after ?? null);
  if (focus || !current?.isConnected) makeCurrent(card);
  showEmptiness();
}

// ---- What is decided

function author(card) {
  return card.dataset.author;
}

/** Sends a decision; resolves to whether the server stored it. Nobody's next key waits for it. */
function send(card, decision, seen) {
  const earlier = requests.get(card) ?? Promise.resolve();
  const request = earlier.then(async () => {
    try {
      await askToDecide(card.dataset.comment, decision, seen, tab);
      return true;
    } catch (error) {
      const why = error.message || t.offline;
      say(fill(t.failed, { author: author(card), why }));
      return false;
    }
  });
  requests.set(card, request);
  return request;
}

/** The state as the server has it or will have it; the tabs count accordingly. */
function setState(card, state) {
  count(card.dataset.state, -1);
  count(state, +1);
  card.dataset.state = state;
}

async function decide(card, decision) {
  const after = RESULT[decision];
  if (!card?.isConnected || after === tab) return;
  const entry = { card, decision, before: card.dataset.state };
  decisions.push(entry);
  setState(card, after);
  take(card);
  say(fill(decision === "approve" ? t.done_approve : t.done_reject, { author: author(card) }));
  if (await send(card, decision, entry.before)) return;
  const at = decisions.indexOf(entry);
  if (at === -1) return;
  decisions.splice(at, 1);
  setState(card, entry.before);
  putBack(card, { focus: false });
  undoButton.hidden = decisions.length === 0;
}

/** Takes the last decision back: the comment is again what it was, here and on the server. */
async function undo() {
  const entry = decisions.pop();
  if (!entry) return say(t.undo_nothing);
  const { card, decision, before } = entry;
  const after = RESULT[decision];
  setState(card, before);
  putBack(card, { focus: true });
  say(fill(t.undone, { author: author(card) }));
  if (await send(card, BACK[before], after)) return;
  // The decision stands, so the card leaves again, unless it was decided anew meanwhile.
  if (!card.isConnected) return;
  decisions.push(entry);
  setState(card, after);
  take(card);
  undoButton.hidden = false;
}

// ---- What the moderator does

function move(step) {
  const all = cards();
  const at = all.indexOf(current);
  makeCurrent(all[Math.min(Math.max(at + step, 0), all.length - 1)] ?? null);
}

const KEYS = {
  j: () => move(+1),
  k: () => move(-1),
  a: () => decide(current, "approve"),
  r: () => decide(current, "reject"),
  u: () => undo(),
};

function onKey(event) {
  if (!keysUse.checked || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  // A key that is held down moves on, and decides once.
  if (event.repeat && act !== KEYS.j && act !== KEYS.k) return;
  act();
}

function start() {
  document.querySelector("[data-keys]").hidden = false;
  keysUse.checked = recall("moderation-keys") !== "off";
  keysUse.addEventListener("change", () => remember("moderation-keys", keysUse.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
  undoButton.addEventListener("click", () => undo());
  queue.addEventListener("submit", (event) => {
    event.preventDefault();
    const card = event.target.closest("[data-comment]");
    makeCurrent(card, { focus: false });
    decide(card, event.submitter.value);
  });
  queue.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-comment]");
    if (card !== current) makeCurrent(card, { focus: false });
  });
  makeCurrent(queue.firstElementChild);
  showEmptiness();
}

start();
