// What an editor hears: a piece of the reading, or a sentence that was never read like this.

import { hear } from "../requests.js";

/** How closely the end of a piece is met, in ms. */
const LOOK_MS = 30;

export class Sound {
  /** The whole reading, of which pieces are played. */
  #reading = new Audio();
  /** A sentence by itself. */
  #trial = new Audio();
  #timer = 0;
  /** Address of the trial's sound. */
  #blob = "";
  /** What is being played, and whom to tell of its end. @type {{ row: HTMLElement, done: (whole: boolean) => void } | null} */
  #playing = null;
  #article;

  /** @param {string} article @param {string | undefined} source the reading's address */
  constructor(article, source) {
    this.#article = article;
    this.use(source);
    this.#trial.addEventListener("ended", () => this.#end(true));
  }

  /** Another reading is there. */
  use(source) {
    if (!source || this.#reading.src.endsWith(source)) return;
    this.#reading.preload = "metadata";
    this.#reading.src = source;
  }

  /** @returns {boolean} whether it was playing just that */
  stop() {
    const was = this.#playing;
    this.#end(false);
    return Boolean(was);
  }

  isPlaying(row) {
    return this.#playing?.row === row;
  }

  /**
   * Plays a row: out of the reading where it was read like this, else spoken for the purpose.
   * @param {HTMLElement} row
   * @returns {Promise<boolean>} whether it was heard to its end
   */
  async play(row) {
    const { start, end, place } = row.dataset;
    if (start === undefined) return this.try(row, new URLSearchParams({ place }));
    this.#end(false);
    const over = this.#begin(row);
    const from = Number(start) / 1000;
    if (this.#reading.readyState < HTMLMediaElement.HAVE_METADATA) {
      await new Promise((ready) => {
        this.#reading.addEventListener("loadedmetadata", ready, { once: true });
        this.#reading.addEventListener("error", ready, { once: true });
        this.#reading.load();
      });
    }
    this.#reading.currentTime = from;
    await this.#start(this.#reading);
    this.#timer = setInterval(() => {
      if (this.#reading.currentTime * 1000 >= Number(end) || this.#reading.ended) this.#end(true);
    }, LOOK_MS);
    return over;
  }

  /**
   * Plays what an edit that is not saved would sound like.
   * @param {HTMLElement} row
   * @param {URLSearchParams} form
   */
  async try(row, form) {
    this.#end(false);
    const over = this.#begin(row);
    let sound;
    try {
      sound = await hear(this.#article, form);
    } catch (error) {
      this.#end(false);
      throw error;
    }
    if (!this.isPlaying(row)) return false;
    URL.revokeObjectURL(this.#blob);
    this.#blob = URL.createObjectURL(sound);
    this.#trial.src = this.#blob;
    await this.#start(this.#trial);
    return over;
  }

  #begin(row) {
    row.classList.add("is-playing");
    return new Promise((done) => {
      this.#playing = { row, done };
    });
  }

  async #start(audio) {
    try {
      await audio.play();
    } catch {
      // The browser wants a click first, or something else was started meanwhile.
      this.#end(false);
    }
  }

  #end(whole) {
    clearInterval(this.#timer);
    this.#reading.pause();
    this.#trial.pause();
    const was = this.#playing;
    this.#playing = null;
    was?.row.classList.remove("is-playing");
    was?.done(whole);
  }
}
