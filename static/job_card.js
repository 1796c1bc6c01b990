// One job as a page shows it: its state in words, and how far it is.

const FINAL = ["done", "failed"];

/** Shows a job's state in its card; says whether nothing more will happen. */
export function showJob(card, job) {
  const state = card.querySelector("[data-job]");
  const status = card.querySelector("[data-status]");
  const progress = card.querySelector("progress");
  const link = card.querySelector("[data-article]");
  const final = FINAL.includes(job.state);
  state.dataset.state = job.state;
  // The line is a live region: it is touched only when it has something new to say.
  if (status.textContent !== job.status) status.textContent = job.status;
  progress.hidden = final || job.total == null;
  if (job.total != null) {
    progress.max = job.total;
    progress.value = job.done;
  }
  if (job.page && link) {
    link.href = job.page;
    link.hidden = false;
  }
  return final;
}
