// The moderators' desk, by keyboard or by hand.

import { recall, remember } from "./memory.js";
import { fill } from "./words.js";
import { Arrivals } from "./moderation/arrivals.js";
import { Decisions } from "./moderation/decisions.js";
import { List } from "./moderation/list.js";
import t from "./texts.json#moderation";

const keysUse = document.querySelector("[data-keys-use]");
const help = document.querySelector("[data-keys-help]");
const reasons = document.querySelector("[data-reasons]");
const bulk = document.querySelector("[data-bulk]");
const list = new List();
const decisions = new Decisions(list);

/** What the reasons on the page are about; `null` while nobody rejects. @type {HTMLElement[] | null} */
let rejecting = null;

/** What is chosen, or else what is under the hand. */
function meant() {
  const { selected } = list;
  if (selected.length > 0) return selected;
  return list.current ? [list.current] : [];
}

// ---- Rejecting: first the reason

function askForReason(cards) {
  if (cards.length === 0) return;
  rejecting = cards;
  // Where the eye is: with those that are chosen, which may lie far apart, in the bar that stays in view.
  (bulk.hidden ? cards[0] : bulk).append(reasons);
  reasons.hidden = false;
  if (bulk.hidden) reasons.scrollIntoView({ block: "nearest" });
}

/** @param {string | null} reason `null`: it is not rejected after all */
function answerReason(reason) {
  const cards = rejecting;
  endReason();
  if (reason === null) list.makeCurrent(list.current);
  else decide(cards, "reject", { reason });
}

function endReason() {
  rejecting = null;
  reasons.hidden = true;
  // A card that leaves the list must not take it along.
  list.queue.before(reasons);
}

function decide(cards, decision, more) {
  if (rejecting) endReason();
  decisions.decide(cards, decision, more);
  showSelected();
}

function block() {
  const cards = meant();
  const networks = [...new Set(cards.map((card) => card.dataset.network).filter(Boolean))];
  if (networks.length > 0) decide(cards, "reject", { reason: "spam", networks });
}

/** One at a time: nothing that cannot be seen is chosen. */
function toggleSingle() {
  unselect();
  list.queue.classList.toggle("is-single");
}

// ---- Many at once

function select() {
  const box = list.current?.querySelector("[data-select]");
  if (!box) return;
  box.checked = !box.checked;
  showSelected();
  list.move(+1);
}

function showSelected() {
  const count = list.selected.length;
  bulk.hidden = count === 0;
  document.querySelector("[data-selected]").textContent = fill(t.selected, { count });
}

function unselect() {
  for (const card of list.selected) card.querySelector("[data-select]").checked = false;
  showSelected();
}

// ---- Keys

const KEYS = {
  j: () => list.move(+1),
  k: () => list.move(-1),
  f: () => decide(meant(), "approve"),
  d: () => askForReason(meant()),
  s: () => decide(meant(), "reject", { reason: "spam" }),
  b: block,
  x: select,
  u: () => decisions.undo(),
  z: toggleSingle,
  escape: unselect,
  "/": () => document.querySelector("[type=search]").focus(),
  "?": () => help.showModal(),
};

function onKey(event) {
  if (!keysUse.checked || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const act = rejecting ? reasonFor(event.key) : KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  // A key that is held down moves on, and decides once.
  if (event.repeat && act !== KEYS.j && act !== KEYS.k) return;
  act();
}

/** While the reasons are open, digits choose one and everything else of ours waits. */
function reasonFor(key) {
  if (key === "Escape") return () => answerReason(null);
  const button = /^[1-9]$/.test(key) && reasons.querySelectorAll("button[data-reason]")[Number(key) - 1];
  return button && (() => answerReason(button.dataset.reason));
}

function start() {
  document.querySelector("[data-keys]").hidden = false;
  keysUse.checked = recall("moderation-keys") !== "off";
  keysUse.addEventListener("change", () => {
    remember("moderation-keys", keysUse.checked ? "on" : "off");
    if (keysUse.checked) list.makeCurrent(list.current);
  });
  document.querySelector("[type=search]").addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.makeCurrent(list.current);
  });
  document.querySelector("[data-help]").addEventListener("click", () => help.showModal());
  document.querySelector("#queue-order")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  help.addEventListener("close", () => list.makeCurrent(list.current));
  // Only here: whoever reads elsewhere on the page types nothing away.
  list.queue.addEventListener("keydown", onKey);
  list.queue.addEventListener("change", showSelected);
  list.queue.addEventListener("submit", (event) => {
    event.preventDefault();
    const card = event.target.closest("[data-comment]");
    list.makeCurrent(card, { focus: false });
    if (event.submitter.value === "reject") askForReason([card]);
    else decide([card], event.submitter.value);
  });
  reasons.addEventListener("click", (event) => {
    const pressed = event.target.closest("button[data-reason]");
    if (pressed) answerReason(pressed.dataset.reason || null);
  });
  bulk.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "none") unselect();
    if (act === "approve") decide(list.selected, "approve");
    if (act === "reject") askForReason(list.selected);
    if (act) list.makeCurrent(list.current);
  });
  new Arrivals(list);
}

start();
