// The state of jobs on a page, kept fresh by server-sent events.
//
// Each `[data-job-card]` holds one `[data-job]`; without script the page shows the same on reload.

import { showJob } from "./job_card.js";
import { job as askForJob, jobEvents } from "./requests.js";

/** A browser allows about six connections to one host: some must stay free for the page itself. */
const STREAMS_MAX = 3;
/** How long to wait before asking plainly, in ms, when a stream was refused. */
const ASK_AGAIN_MS = 5_000;

/** Cards whose jobs are unfinished and not yet watched. The oldest runs first, and stands last. */
const waiting = [...document.querySelectorAll("[data-job-card]")]
  .filter((card) => !card.querySelector("[data-final]"))
  .reverse();
const lost = document.querySelector("[data-stream-lost]");

function setLost(isLost) {
  if (lost) lost.hidden = !isLost;
}

function finish(card, job) {
  // On the job's own page the player is the server's to render.
  if (job.state === "done" && "reload" in card.dataset) location.reload();
  else watchNext();
}

function watch(card) {
  const id = card.querySelector("[data-job]").dataset.job;
  const stream = jobEvents(id);
  stream.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    setLost(false);
    if (!showJob(card, job)) return;
    stream.close();
    finish(card, job);
  });
  stream.addEventListener("error", () => {
    setLost(true);
    // The browser reconnects by itself, except when the server refused the stream.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => askPlainly(card, id), ASK_AGAIN_MS);
  });
}

async function askPlainly(card, id) {
  try {
    const job = await askForJob(id);
    setLost(false);
    if (showJob(card, job)) return finish(card, job);
  } catch (error) {
    // Gone, or not ours to see: asking again would not help.
    if (error.status >= 400 && error.status < 500 && error.status !== 429) return watchNext();
  }
  setTimeout(() => askPlainly(card, id), ASK_AGAIN_MS);
}

function watchNext() {
  const card = waiting.shift();
  if (card) watch(card);
}

// A page that was kept for the way back has no streams any more.
addEventListener("pageshow", (event) => event.persisted && document.querySelector("[data-job]:not([data-final])") && location.reload());

for (let streams = 0; streams < STREAMS_MAX; streams += 1) watchNext();
