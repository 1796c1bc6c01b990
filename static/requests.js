// What the desks ask of the service: one function for each endpoint.

import { address, ask } from "./api.js";

/** @param {string} id */
export function job(id) {
  return ask(`api/jobs/${encodeURIComponent(id)}`);
}

/** @param {string} id */
export function jobEvents(id) {
  return new EventSource(address(`api/jobs/${encodeURIComponent(id)}/events`));
}

/**
 * A moderator's decisions, each for itself; sent even when the page is being left.
 * @param {{ comment: string, decision: string, reason: string, seen: string }[]} decisions `seen`: the state in
 *   which the moderator saw the comment; one that has changed is told and not overruled
 */
export function decide(decisions) {
  return ask("moderation/decisions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ decisions }),
    keepalive: true,
  });
}

/**
 * @param {string} network
 * @param {"block" | "unblock"} decision
 */
export function block(network, decision) {
  return ask("moderation/networks", { method: "POST", body: new URLSearchParams({ network, decision }), keepalive: true });
}

/** How many comments each queue holds. */
export function queueCounts() {
  return ask("moderation/counts");
}

/**
 * More of a queue, as HTML of our own server.
 * @param {string} query as in the page's address
 */
export async function queueItems(query) {
  const response = await fetch(address(`moderation/items${query}`));
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}
