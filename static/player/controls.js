// What the player looks like: its shadow tree, and how its state is shown there.

import { element } from "../element.js";
import { fill } from "../words.js";
import { clock } from "./clock.js";
import { button } from "./icons.js";
import { spokenTime } from "./words.js";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
/** The features that stand behind "…". */
const PANEL = ["volume", "share", "download", "queue"];
/** Seconds that the buttons move by. */
export const BUTTON_S = 10;

const PLAY = "M8 5v14l11-7z";
const PAUSE = "M6 5h4v14H6zM14 5h4v14h-4z";
const BACK = "M12 5V1.5l-4.5 4 4.5 4v-3a6.5 6.5 0 1 1-6.5 6.5H4a8 8 0 1 0 8-8z";
const FORWARD = "M12 5V1.5l4.5 4-4.5 4v-3a6.5 6.5 0 1 0 6.5 6.5H20a8 8 0 1 1-8-8z";
const PREVIOUS = "M6 5h2.4v14H6zM19 5v14l-9.6-7z";
const NEXT = "M15.6 5H18v14h-2.4zM5 5v14l9.6-7z";
const MORE = "M5 9.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zm7 0a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zm7 0a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z";
const CLOSE = "M6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z";

export class Controls {
  /** What the tree is made of, by name. */
  parts;
  #t;
  /** The reader holds the bar. */
  #dragging = false;

  /**
   * @param {typeof import("../texts.json").player} t
   * @param {Set<string> | null} features what is offered; `null` offers all
   */
  constructor(t, features) {
    this.#t = t;
    const has = (name) => !features || features.has(name);
    const leap = (name, path, text) => {
      const made = button(name, path, text);
      made.append(element("span", { class: "seconds", "aria-hidden": "true" }, String(BUTTON_S)));
      return made;
    };
    const options = SPEEDS.map((speed) => element("option", { value: speed }, `${String(speed).replace(".", ",")}×`));
    const p = {
      play: button("play", PLAY, t.play),
      previous: button("previous", PREVIOUS, t.previous),
      back: leap("back", BACK, t.back),
      forward: leap("forward", FORWARD, t.forward),
      next: button("next", NEXT, t.next),
      more: button("more", MORE, t.more),
      close: button("close", CLOSE, t.close),
      bar: element("input", {
        type: "range", class: "bar", part: "bar", min: 0, max: 1, step: "any", value: 0, "aria-label": t.seek,
      }),
      hover: element("span", { class: "hover", part: "hover", "aria-hidden": "true", hidden: true }),
      elapsed: element("span", { class: "elapsed", part: "time" }),
      total: element("span", { class: "total", part: "time" }),
      speed: element("select", { class: "speed", part: "speed", "aria-label": t.speed, title: t.speed }, ...options),
      heading: element("span", { class: "heading", part: "heading" }),
      voice: element("span", { class: "voice", part: "voice" }),
      voices: element("select", { class: "voices", part: "voice", "aria-label": t.voice, hidden: true }),
      note: element("p", { class: "note", part: "note", hidden: true }),
      message: element("p", { class: "message", part: "message", role: "alert" }),
      retry: element("button", { type: "button", class: "retry", part: "button retry", hidden: true }, t.retry),
      said: element("p", { class: "text", role: "status" }),
    };
    const about = element("div", { class: "about" }, p.heading,
      element("span", { class: "spoken-by" }, p.voice, p.voices,
        element("span", { class: "notice", part: "notice" }, t.ai_notice)));
    const track = element("div", { class: "track" }, p.elapsed, element("div", { class: "rail" }, p.bar, p.hover), p.total);
    p.panel = element("div", { class: "panel", part: "panel", hidden: true });
    p.more.setAttribute("aria-expanded", "false");
    const buttons = element("div", { class: "buttons" }, has("sentences") && p.previous, p.back, p.forward,
      has("sentences") && p.next, has("speed") && p.speed, PANEL.some(has) && p.more, p.close);
    p.player = element("div", { class: "player", part: "player", role: "group" },
      p.play, about, track, buttons, p.note, element("div", { class: "failure" }, p.message, p.retry), p.panel, p.said);
    p.frame = element("div", { class: "frame" }, p.player);
    this.parts = p;
    p.bar.addEventListener("pointermove", (event) => this.#hover(event));
    p.bar.addEventListener("pointerleave", () => (p.hover.hidden = true));
  }

  /** Whether the reader holds the bar; the time that is shown is then theirs. */
  set dragging(dragging) {
    this.#dragging = dragging;
  }

  /** What is played: its name, who speaks it, and what the reader should know about it. */
  showTrack({ heading, page, label, voices, src, isOwn, note }) {
    const p = this.parts;
    p.player.setAttribute("aria-label", `${this.#t.name}: ${heading}`);
    const name = isOwn ? this.#t.heading : heading;
    p.heading.replaceChildren(isOwn || !page ? name : element("a", { href: page }, name));
    const several = voices?.length > 1;
    p.voice.textContent = label;
    p.voice.hidden = !label || several;
    p.voices.hidden = !several;
    p.voices.replaceChildren(...(several ? voices : []).map((voice) =>
      element("option", { value: voice.id, selected: voice.src === src }, voice.label)));
    p.note.textContent = note;
    p.note.hidden = !note;
  }

  /** @param {boolean} playing */
  showState(playing) {
    const { play, player } = this.parts;
    const text = playing ? this.#t.pause : this.#t.play;
    play.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
    play.querySelector(".text").textContent = text;
    play.title = text;
    player.classList.toggle("is-playing", playing);
  }

  /**
   * @param {number} time
   * @param {number} end 0 while nobody knows it
   * @param {boolean} asked whether the reader caused it: a focused slider speaks only then
   */
  showTime(time, end, asked) {
    if (this.#dragging && !asked) return;
    const { bar, elapsed, total, player } = this.parts;
    elapsed.textContent = clock(time);
    total.textContent = end ? clock(end) : "";
    bar.disabled = !end;
    bar.max = String(end || 1);
    if (!this.#dragging) bar.value = String(end ? time : 0);
    player.style.setProperty("--played", `${end ? (Math.min(time, end) / end) * 100 : 0}%`);
    if (!asked && bar.getRootNode().activeElement === bar) return;
    const said = spokenTime(this.#t, time);
    bar.setAttribute("aria-valuetext", end ? fill(this.#t.at, { time: said, total: spokenTime(this.#t, end) }) : said);
  }

  /** @param {boolean} loading */
  showLoading(loading) {
    const { player, play } = this.parts;
    player.classList.toggle("is-loading", loading);
    play.setAttribute("aria-busy", String(loading));
    if (loading) play.title = this.#t.loading;
  }

  /**
   * @param {string} text what went wrong; empty when nothing did
   * @param {boolean} canRetry
   */
  showFailure(text, canRetry) {
    const { message, retry, player } = this.parts;
    player.classList.toggle("is-failed", text !== "");
    message.textContent = text;
    retry.hidden = !text || !canRetry;
  }

  /** Tells a screen reader, when it has nothing else to say. */
  say(text) {
    this.parts.said.textContent = text;
  }

  /** Says which time lies under the pointer. */
  #hover(event) {
    const { bar, hover } = this.parts;
    if (event.pointerType !== "mouse" || bar.disabled) return;
    const part = Math.min(Math.max(event.offsetX / bar.clientWidth, 0), 1);
    hover.textContent = clock(part * Number(bar.max));
    hover.style.setProperty("--at", `${part * 100}%`);
    hover.hidden = false;
  }
}
