// What the player asks of the service: one function for each endpoint.

import { ask } from "../api.js";

/**
 * The article and its narration; fails when the service does not know the article.
 * @param {{ article: string } | { url: string }} which
 */
export function player(which) {
  return ask(`api/player?${new URLSearchParams(which)}`);
}

/** "Tin mới": the newest articles that can be heard. */
export function latest() {
  return ask("latest.json");
}

/**
 * When each sentence is spoken.
 * @param {string} path as given by the page or by `player`
 */
export function cues(path) {
  return ask(path);
}
