// What the comment box asks of the service: one function for each endpoint.

import { ask } from "../api.js";

function post(path, body, headers) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
}

/**
 * @param {string} article
 * @param {{ page: number, order?: string, parent?: string }} query pages count from 1
 */
export function comments(article, query) {
  return ask(`api/articles/${encodeURIComponent(article)}/comments?${new URLSearchParams(query)}`);
}

/**
 * @param {string} article
 * @param {{ author: string, body: string }} comment
 * @param {string} key the same for every try to send this comment: it arrives once
 * @param {string | null} token what the newspaper's login signed, or its telephone check gave out
 */
export function createComment(article, comment, key, token) {
  const scheme = token?.split(".").length === 3 ? "Bearer" : "Phone";
  const identity = token && { Authorization: `${scheme} ${token}` };
  return post(`api/articles/${encodeURIComponent(article)}/comments`, comment, { "Idempotency-Key": key, ...identity });
}

/** What the service asks of a browser before a comment. */
export function challenge() {
  return ask("api/challenge");
}

/** @param {{ key: string, liked: boolean }} like */
export function like(id, like) {
  return post(`api/comments/${id}/likes`, like);
}

/** @param {{ key: string, reason: string }} report */
export function report(id, report) {
  return post(`api/comments/${id}/reports`, report);
}
