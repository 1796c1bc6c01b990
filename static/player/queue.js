// What the reader wants to hear next ("Tin mới"), kept in this browser across the pages of one site.

import { recall, remember } from "../memory.js";

const KEY = "queue";
/** More would be a radio station. */
const ITEMS_MAX = 50;

/**
 * @typedef {object} Item
 * @property {string} key the article's id
 * @property {string} heading
 * @property {string} page
 * @property {string} src
 * @property {number} durationMs
 * @property {string} label of the voice
 * @property {string} cues
 */

/** Tells the players of this page that the queue is another one. */
const changes = new EventTarget();

/** @returns {Item[]} */
export function queued() {
  try {
    const items = JSON.parse(recall(KEY) ?? "[]");
    return Array.isArray(items) ? items.filter((item) => item?.key && item.src) : [];
  } catch {
    return [];
  }
}

/** @param {Item[]} items */
export function setQueue(items) {
  remember(KEY, JSON.stringify(items.slice(0, ITEMS_MAX)));
  changes.dispatchEvent(new Event("change"));
}

/**
 * Adds what is not there yet, and says how many that were.
 * @param {Item[]} items
 */
export function enqueue(items) {
  const before = queued();
  const fresh = items.filter(({ key }) => !before.some((item) => item.key === key));
  setQueue([...before, ...fresh]);
  return fresh.length;
}

/** @param {string} key */
export function dequeue(key) {
  setQueue(queued().filter((item) => item.key !== key));
}

/**
 * Moves an item by so many places.
 * @param {string} key
 * @param {number} by
 */
export function move(key, by) {
  const items = queued();
  const from = items.findIndex((item) => item.key === key);
  const to = from + by;
  if (from < 0 || to < 0 || to >= items.length) return;
  items.splice(to, 0, ...items.splice(from, 1));
  setQueue(items);
}

/** Whether the next one plays by itself. */
export function playsOn() {
  return recall("queue-stops") !== "1";
}

/** @param {boolean} on */
export function setPlaysOn(on) {
  remember("queue-stops", on ? "0" : "1");
}

/**
 * @param {() => void} react
 * @param {AbortSignal} signal
 */
export function onQueue(react, signal) {
  changes.addEventListener("change", react, { signal });
  // Another tab of the same site.
  addEventListener("storage", react, { signal });
}
