// One function for each endpoint that the scripts call.

import { texts } from "./words.js";

/** The service's own address: the folder above the one this module came from. */
const SERVICE = new URL("../", import.meta.url);

/** How long an answer may take, in ms, before it counts as lost. */
const ANSWER_MS_MAX = 15_000;

/** The server said no, or could not be reached (`status` 0, `code` "offline"). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message Vietnamese, for people
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * A path that the server gave, as a full address: on a publisher's page it is not our origin.
 * @param {string} path
 */
export function address(path) {
  return new URL(path, SERVICE).href;
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function ask(path, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const signal = AbortSignal.timeout?.(ANSWER_MS_MAX);
  let response;
  try {
    response = await fetch(address(path), { signal, ...options, headers });
  } catch {
    throw new ApiError(0, "offline", "");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const code = answer?.error?.code ?? "internal";
  const message = answer?.error?.message ?? texts.errors[code] ?? texts.errors.internal;
  throw new ApiError(response.status, code, message);
}

/**
 * The article and its narration; `null` when the service does not know the article.
 * @param {{ article: string } | { url: string }} which
 */
export async function player(which) {
  try {
    return await ask(`api/player?${new URLSearchParams(which)}`);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/**
 * When each sentence is spoken.
 * @param {string} path as given by the page or by `player`
 */
export function cues(path) {
  return ask(path);
}

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
 */
export function createComment(article, comment) {
  return ask(`api/articles/${encodeURIComponent(article)}/comments`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
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
