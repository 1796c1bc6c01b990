// What changes while the editors' list is open, told by the server.

import { deskCounts, deskEvents, deskRows } from "../requests.js";
import { fill } from "../words.js";
import t from "../texts.json#desk_list";

/** What changes within so many ms is asked for in one request. */
const GATHER_MS = 200;
/** How long to wait before trying again, in ms, when the stream was refused. */
const AGAIN_MS = 5_000;

const FINAL = ["done", "failed"];

export class Live {
  #rows;
  #lost = document.querySelector("[data-stream-lost]");
  #articles = new Set();
  #jobs = new Set();
  #timer = 0;
  /** How often it was asked what the tabs count, and which of the answers is shown: none that was overtaken. */
  #asked = 0;
  #counted = 0;
  /** Something happened of which no row here tells, and the tab that is open has more rows than it had. */
  #isUnseen = false;
  #hasGrown = false;
  /** In which state work was that is not done yet, by its id. @type {Map<string, string>} */
  #states = new Map();

  /** @param {import("./rows.js").Rows} rows */
  constructor(rows) {
    this.#rows = rows;
    this.#open();
    // Whoever comes back to a page that was kept goes on with it.
    addEventListener("pageshow", (event) => event.persisted && this.#open());
    // Of what was taken out of the list nothing is told.
    document.addEventListener("visibilitychange", () => document.hidden || this.#later());
  }

  #open() {
    const stream = deskEvents(this.#rows.list.dataset.since);
    stream.addEventListener("open", () => this.#setLost(false));
    stream.addEventListener("job", (event) => this.#job(JSON.parse(event.data)));
    stream.addEventListener("article", (event) => this.#article(JSON.parse(event.data).article));
    stream.addEventListener("error", () => {
      this.#setLost(true);
      // The browser reconnects by itself, except when the server refused the stream.
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), AGAIN_MS);
    });
  }

  #setLost(isLost) {
    if (this.#lost.hidden === isLost) this.#lost.hidden = !isLost;
  }

  #job(job) {
    if (this.#moved(job)) this.#later();
    const own = this.#rows.find(null, job.job);
    const row = this.#rows.find(job.article, job.job) ?? own;
    const isFinal = FINAL.includes(job.state);
    // What was asked for by another address is an article that stands here already.
    if (own && own !== row) own.remove();
    if (!row) return this.#isNew(job);
    const was = row.dataset.state;
    const hasBecome = job.article && row.dataset.article !== job.article;
    row.dataset.job = job.job;
    if (hasBecome) row.dataset.article = job.article;
    this.#show(row, job);
    if (isFinal && was !== job.state) this.#say(job.state === "done" ? t.live_done : t.live_failed, row);
    if (isFinal || hasBecome) this.#ask(job);
  }

  /** Whether work is in another state than before, so that the tabs count otherwise. */
  #moved({ job, state }) {
    const was = this.#states.get(job);
    if (FINAL.includes(state)) this.#states.delete(job);
    else this.#states.set(job, state);
    return was !== state;
  }

  /** How far it is, without a request. */
  #show(row, job) {
    const status = row.querySelector("[data-status]");
    const progress = row.querySelector("progress");
    row.dataset.state = job.state;
    if (status.textContent !== job.status) status.textContent = job.status;
    progress.hidden = FINAL.includes(job.state) || job.total == null;
    if (job.total == null) return;
    progress.max = job.total;
    progress.value = job.done;
  }

  #isNew(job) {
    if (this.#rows.part === "all") this.#ask(job);
    else if (this.#rows.part === "") this.#tellNews();
    else this.#isUnseen = true;
  }

  /** Something else was done with an article than reading it. */
  #article(article) {
    if (this.#rows.find(article, null)) this.#ask({ article });
    else {
      this.#isUnseen = true;
      this.#later();
    }
  }

  #ask({ article, job }) {
    if (article) this.#articles.add(article);
    else this.#jobs.add(job);
    this.#later();
  }

  #later() {
    this.#timer ||= setTimeout(() => this.refresh(), GATHER_MS);
  }

  /**
   * Shows again what is said of these articles and of this work, and what the tabs count.
   * @param {string[]} [articles]
   * @param {string[]} [jobs] work that has no article; what of it is not there any more goes
   */
  async refresh(articles = [], jobs = []) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const wanted = [new Set([...articles, ...this.#articles]), new Set([...jobs, ...this.#jobs])];
    this.#articles.clear();
    this.#jobs.clear();
    // Neither waits for the other. What cannot be had now is told by the next change, or when the page is
    // loaded again.
    await Promise.all([this.#showRows(...wanted, jobs), this.#showCounts()]);
  }

  async #showRows(articles, jobs, leaving) {
    if (articles.size + jobs.size === 0) return;
    const html = await deskRows(articles, jobs).catch(() => null);
    if (html !== null) this.#rows.put(html, leaving);
  }

  async #showCounts() {
    const asked = ++this.#asked;
    const counts = await deskCounts().catch(() => null);
    if (!counts || asked < this.#counted) return;
    this.#counted = asked;
    if (this.#rows.count(counts)) this.#hasGrown = true;
    if (this.#hasGrown && this.#isUnseen) this.#tellNews();
  }

  #tellNews() {
    document.querySelector("[data-news]").hidden = false;
  }

  #say(text, row) {
    const title = row.querySelector("[data-title]").textContent;
    document.querySelector("[data-live]").textContent = fill(text, { title });
  }
}
