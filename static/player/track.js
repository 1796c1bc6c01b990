// What can be played: from the page's attributes, from the server, or for the queue.

import { address } from "../api.js";

/**
 * @typedef {object} Track
 * @property {string} key the article's id
 * @property {string} src
 * @property {number} durationMs 0 while it is still being read
 * @property {string} label of the voice
 * @property {string} heading
 * @property {string} page
 * @property {string} cues empty while it is still being read
 * @property {{ id: string, label: string, src: string, durationMs: number, cues: string }[]} voices
 * @property {boolean} isOwn it belongs to the page
 * @property {boolean} isLive it is still being read
 * @property {boolean} isOutdated the text is newer
 */

/** The article's address as its publisher names it. */
export function canonicalAddress() {
  const link = document.querySelector('link[rel="canonical"][href]');
  const url = new URL(link?.href ?? location.href);
  url.hash = "";
  return url.href;
}

/** Where the page's address says to begin (`#t=83`), in seconds. */
export function hashMoment() {
  return Number(/^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1] ?? 0);
}

/**
 * What the page itself describes, by attributes or by an `<audio>` of its own.
 * @param {HTMLElement} host
 * @returns {Track | null}
 */
export function givenTrack(host) {
  const src = host.getAttribute("src") ?? host.querySelector(":scope > audio[src]")?.src;
  if (!src) return null;
  const text = (name) => host.getAttribute(name) ?? "";
  const durationMs = Number(text("duration-ms")) || 0;
  return {
    key: text("article") || src,
    src,
    durationMs,
    label: text("label"),
    heading: text("heading") || document.title,
    page: location.href,
    cues: text("cues"),
    voices: JSON.parse(text("voices") || "[]").map(readingOf),
    isOwn: true,
    isLive: host.hasAttribute("live"),
    isOutdated: host.hasAttribute("outdated"),
  };
}

/**
 * What the server knows; `null` when there is nothing to hear.
 * @param {object | null} found the answer of `/api/player`
 * @param {boolean} atOnce whether what is still being read may be heard
 * @returns {Track | null}
 */
export function trackOf(found, atOnce) {
  if (!found) return null;
  const { article, narration } = found;
  const common = { key: article.id, heading: article.title, page: address(article.page), isOwn: true, isOutdated: Boolean(found.outdated) };
  if (narration) return { ...common, ...readingOf(narration), voices: (found.voices ?? []).map(readingOf), isLive: false };
  if (!found.listen || !atOnce) return null;
  return { ...common, src: address(found.listen), durationMs: 0, label: "", cues: "", voices: [], isLive: true };
}

/** One article of `/latest.json`, for the queue; `null` when it cannot be heard to its end yet. */
export function itemOf({ article, narration }) {
  if (!narration) return null;
  return { key: article.id, heading: article.title, page: address(article.page), ...readingOf(narration) };
}

function readingOf({ voice, mp3, duration_ms: durationMs, cues }) {
  return { id: voice.id, label: voice.label, src: address(mp3), durationMs, cues: address(cues) };
}
