// What the desks ask of the service: one function for each endpoint.

import { ApiError, address, ask } from "./api.js";

/**
 * A stream of the service that ends with its page. A page that is left may be kept for the way back, and its stream
 * with it; a browser opens no more than six connections to one place.
 */
function stream(path) {
  const source = new EventSource(address(path));
  addEventListener("pagehide", () => source.close(), { once: true });
  return source;
}

/** @param {string} id */
export function job(id) {
  return ask(`api/jobs/${encodeURIComponent(id)}`);
}

/** @param {string} id */
export function jobEvents(id) {
  return stream(`api/jobs/${encodeURIComponent(id)}/events`);
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

/** @param {string} article the editors' address of an article, or one below it */
function script(article, below) {
  return `desk/articles/${encodeURIComponent(article)}/${below}`;
}

/**
 * A sentence as it would sound, spoken for the purpose.
 * @param {string} article
 * @param {URLSearchParams} form an edit that is not saved, and the place of the sentence
 * @returns {Promise<Blob>}
 */
export function hear(article, form) {
  return sound(address(script(article, "hear")), form);
}

/**
 * Sound that is made for the purpose.
 * @param {string | URL} url
 * @param {URLSearchParams} form
 * @returns {Promise<Blob>}
 */
export async function sound(url, form) {
  const options = { method: "POST", body: form, headers: { Accept: "audio/wav, application/json" } };
  const response = await fetch(url, options).catch(() => null);
  if (response?.ok) return response.blob();
  const answer = await response?.json().catch(() => null);
  throw new ApiError(response?.status ?? 0, answer?.error?.code ?? "offline", answer?.error?.message ?? "");
}

/**
 * @param {string} article
 * @param {URLSearchParams} form
 * @param {"edits" | "restore"} [what]
 */
export function saveEdit(article, form, what = "edits") {
  return ask(script(article, what), { method: "POST", body: form });
}

/** What an editor says of a doubt. */
export function settle(article, form) {
  return ask(script(article, "attention"), { method: "POST", body: form });
}

export function startReading(article) {
  return ask(script(article, "reading"), { method: "POST" });
}

/** What would change if the newsroom's lexicon had this reading. */
export function previewReading(form) {
  return ask("desk/lexicon/preview", { method: "POST", body: form });
}

/**
 * Takes a reading into the newsroom's lexicon.
 * @param {URLSearchParams} form
 * @param {boolean} andRead whether the articles that change are read again
 */
export function saveReading(form, andRead) {
  const body = new URLSearchParams(form);
  body.delete("action");
  if (andRead) body.set("again", "yes");
  return ask("desk/lexicon", { method: "POST", body });
}

/** The script editor's page as the server shows it now, without its frame. */
export async function scriptPage() {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) throw new ApiError(response.status, "offline", "");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return document.adoptNode(page.querySelector("[data-script]"));
}

/**
 * What changes on the editors' list from a moment on: events `job` and `article`.
 * @param {string} since as the page says it
 */
export function deskEvents(since) {
  return stream(`desk/events?since=${encodeURIComponent(since)}`);
}

/**
 * Rows of the editors' list as they are now, as HTML of our own server.
 * @param {Iterable<string>} articles
 * @param {Iterable<string>} jobs
 */
export async function deskRows(articles, jobs) {
  const query = new URLSearchParams();
  for (const id of jobs) query.append("job", id);
  for (const id of articles) query.append("article", id);
  const response = await fetch(address(`desk/rows?${query}`));
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

/** How many rows the tabs of the editors' list have, in words. @returns {Promise<Record<string, string>>} */
export function deskCounts() {
  return ask("desk/counts");
}

/**
 * Does the same with several rows of the editors' list.
 * @param {string} action
 * @param {string[]} keys as the rows' boxes say them
 */
export function changeArticles(action, keys) {
  const body = new URLSearchParams({ action });
  for (const key of keys) body.append("row", key);
  return ask("desk/bulk", { method: "POST", body });
}
