// What comments and the desks ask of the service: one function for each endpoint.

import { address, ask } from "./api.js";

/**
 * @param {string} article
 * @param {number} page from 1
 */
export function comments(article, page) {
  return ask(`api/articles/${encodeURIComponent(article)}/comments?page=${page}`);
}

/**
 * @param {string} article
 * @param {{ author: string, body: string }} comment
 * @param {string} key the same for every try to send this comment: it arrives once
 */
export function createComment(article, comment, key) {
  return ask(`api/articles/${encodeURIComponent(article)}/comments`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(comment),
  });
}

/** @param {string} id */
export function job(id) {
  return ask(`api/jobs/${encodeURIComponent(id)}`);
}

/** @param {string} id */
export function jobEvents(id) {
  return new EventSource(address(`api/jobs/${encodeURIComponent(id)}/events`));
}

/**
 * A moderator's decision; sent even when the page is being left.
 * @param {string} comment
 * @param {"approve" | "reject" | "wait"} decision
 * @param {string} seen the state in which the moderator saw it: the server refuses if it has changed
 * @param {string} back the open tab
 */
export function decide(comment, decision, seen, back) {
  return ask(`moderation/comments/${encodeURIComponent(comment)}`, {
    method: "POST",
    body: new URLSearchParams({ decision, seen, back }),
    keepalive: true,
  });
}
