// What the newsroom learns: that somebody listened, and how much of the article. Nothing about who: no
// identifier, no cookie, and nothing at all when the reader's browser asks not to be tracked.

import { address } from "../api.js";

/** How often is told while playing, in seconds of the article. */
const TELL_S = 60;
/** A step longer than this, in seconds, is a leap and was not listened to. */
const STEP_S_MAX = 3;

/** The part of an article that must have been heard by whoever heard it to its end. */
const COMPLETE = 0.8;

const refused = () => navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";

export class Listens {
  #article;
  /** Seconds of the article that were heard, or lie before where the reader came back to. */
  #heard;
  #plays = 0;
  #seconds = 0;
  #completed = false;
  /** Where the last step ended, in seconds; `null` when there was none. */
  #at = null;
  #told = false;

  /**
   * @param {string} article its id; what is not an article of ours is not counted
   * @param {number} [from] seconds: where it begins
   */
  constructor(article, from = 0) {
    this.#article = article;
    this.#heard = from;
  }

  began(time) {
    if (!this.#told && this.#plays === 0) this.#plays = 1;
    this.#at = time;
  }

  went(time) {
    const step = this.#at === null ? 0 : time - this.#at;
    this.#at = time;
    if (step > 0 && step <= STEP_S_MAX) {
      this.#seconds += step;
      this.#heard += step;
    }
    if (this.#seconds >= TELL_S) this.tell();
  }

  leapt(time) {
    this.#at = time;
  }

  /** @param {number} duration seconds: who leapt to the end has not heard the article to its end */
  completed(duration) {
    this.#completed = this.#heard > duration * COMPLETE;
    this.tell();
    // Whoever begins again plays it once more.
    this.#told = false;
    this.#heard = 0;
  }

  /** Tells what happened since the last time, also when the page is being left. */
  tell() {
    const seconds = Math.round(this.#seconds * 10) / 10;
    if (!this.#article || refused() || (!seconds && !this.#completed)) return;
    const told = JSON.stringify({ plays: this.#plays, seconds, completed: this.#completed });
    // As plain text it needs no question beforehand on a publisher's page.
    navigator.sendBeacon?.(address(`api/articles/${encodeURIComponent(this.#article)}/listens`), told);
    this.#told = true;
    this.#plays = 0;
    this.#seconds = 0;
    this.#completed = false;
  }
}
