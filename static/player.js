// <bao-noi>: the player. Attributes go in, events come out, a plain <audio> does the work.
//
// Attributes: `article` (an id), or `src`, `duration-ms`, `label` and `heading` (then nothing is
// asked of the server), or nothing (the article is found by the page's canonical address);
// `theme="light|dark"` overrides the reader's colour scheme.
// Events: `baonoi-play`, `baonoi-pause`, `baonoi-time` with `detail.time` in seconds.
// Method: `playFrom(seconds)`.

import { address, player as askForPlayer } from "./api.js";
import { element, icon, styles } from "./element.js";
import { forget, recall, remember } from "./memory.js";
import { clock, fill, spokenTime, texts } from "./words.js";

const t = texts.player;

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
/** Seconds that the buttons, the arrow keys and the page keys move by. */
const BUTTON_S = 10;
const ARROW_S = 5;
const PAGE_S = 30;
/** How often the position is told while playing, in ms: a highlight must not lag behind the ear. */
const TELL_MS = 100;
/** A position this near to either end, in seconds, is not worth coming back to. */
const RESUME_S_MIN = 5;
/** How often the position is remembered, in seconds of listening. */
const REMEMBER_S = 5;

const PLAY = "M8 5v14l11-7z";
const PAUSE = "M6 5h4v14H6zM14 5h4v14h-4z";
const BACK = "M12 5V1.5l-4.5 4 4.5 4v-3a6.5 6.5 0 1 1-6.5 6.5H4a8 8 0 1 0 8-8z";
const FORWARD = "M12 5V1.5l4.5 4-4.5 4v-3a6.5 6.5 0 1 0 6.5 6.5H20a8 8 0 1 1-8-8z";

/** The article's address as its publisher names it. */
function canonicalAddress() {
  const link = document.querySelector('link[rel="canonical"][href]');
  const url = new URL(link?.href ?? location.href);
  url.hash = "";
  return url.href;
}

export class BaoNoi extends HTMLElement {
  static observedAttributes = ["article", "src"];

  /** @type {HTMLAudioElement | null} */
  #audio = null;
  /** What the shadow tree is made of, by name. */
  #parts = null;
  /** Key under which the position is remembered. */
  #key = "";
  #heading = "";
  #label = "";
  /** Seconds, known before anything is loaded. */
  #duration = 0;
  /** Seconds: where to begin, until the audio is ready to be told. */
  #startAt = 0;
  #remembered = 0;
  #dragging = false;
  #timer = 0;
  /** Counts the starts, so that a late answer to an earlier one is dropped. */
  #starts = 0;
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("pagehide", () => this.#rememberPosition(), { signal });
    document.addEventListener("baonoi-play", (event) => this.#otherPlays(event), { signal });
    this.#start();
  }

  disconnectedCallback() {
    this.#rememberPosition();
    this.#listening.abort();
    clearInterval(this.#timer);
    this.#starts += 1;
  }

  attributeChangedCallback(_name, before, after) {
    // The attributes that the page came with are told before the element is connected.
    if (this.#starts > 0 && before !== after && this.isConnected) this.#start();
  }

  /** Whether it is speaking now. */
  get playing() {
    return Boolean(this.#audio && !this.#audio.paused && !this.#audio.ended);
  }

  /** The position in seconds. */
  get time() {
    return this.#audio && this.#audio.readyState > 0 ? this.#audio.currentTime : this.#startAt;
  }

  /** @param {number} seconds */
  playFrom(seconds) {
    if (!this.#audio) return;
    this.#seek(seconds);
    this.#play();
  }

  /** Finds out what can be played, and shows the controls, or nothing. */
  async #start() {
    const start = ++this.#starts;
    let narration = this.#given();
    if (!narration) {
      this.#setHidden(true);
      narration = await this.#asked().catch(() => null);
      if (start !== this.#starts) return;
    }
    this.#setHidden(!narration);
    if (narration) this.#show(narration);
  }

  /** A player that cannot play takes no room, whatever the page's own style says about us. */
  #setHidden(hidden) {
    this.hidden = hidden;
    if (hidden) this.style.setProperty("display", "none", "important");
    else this.style.removeProperty("display");
  }

  /** The narration that the page describes by attributes or by its own `<audio>`. */
  #given() {
    const src = this.getAttribute("src") ?? this.querySelector(":scope > audio[src]")?.src;
    if (!src) return null;
    return {
      key: this.getAttribute("article") ?? src,
      src,
      durationMs: Number(this.getAttribute("duration-ms")) || 0,
      label: this.getAttribute("label") ?? "",
      heading: this.getAttribute("heading") ?? document.title,
    };
  }

  /** The narration that the server knows; `null` when there is none. */
  async #asked() {
    const article = this.getAttribute("article");
    const found = await askForPlayer(article ? { article } : { url: canonicalAddress() });
    if (!found?.narration && !found?.listen) return null;
    if (!found.narration) {
      // It is still being read: it is heard while it is made.
      return { key: found.article.id, src: address(found.listen), durationMs: 0, label: "", heading: found.article.title };
    }
    return {
      key: found.article.id,
      src: address(found.narration.mp3),
      durationMs: found.narration.duration_ms,
      label: found.narration.voice.label,
      heading: found.article.title,
    };
  }

  #show({ key, src, durationMs, label, heading }) {
    this.#audio?.pause();
    this.#key = key;
    this.#heading = heading;
    this.#label = label;
    this.#duration = durationMs / 1000;
    this.#startAt = this.#rememberedPosition();
    this.#remembered = this.#startAt;
    this.#takeAudio(src);
    if (!this.#parts) this.#build();
    this.#parts.voice.textContent = label;
    this.#parts.voice.hidden = !label;
    this.#parts.player.setAttribute("aria-label", `${t.name}: ${heading}`);
    this.#fail(false);
    this.#setSpeed(Number(recall("speed")));
    this.#showState();
    this.#showTime(true);
  }

  /** Takes the page's own `<audio>`, or makes one; either way our controls replace its own. */
  #takeAudio(src) {
    const audio = this.querySelector(":scope > audio") ?? element("audio", { preload: "none" });
    if (audio.src !== new URL(src, document.baseURI).href) audio.src = src;
    audio.removeAttribute("controls");
    if (audio === this.#audio) return;
    if (!audio.isConnected) this.append(audio);
    this.#audio = audio;
    const on = (name, react) => audio.addEventListener(name, react);
    on("loadedmetadata", () => this.#ready());
    on("play", () => this.#began());
    on("pause", () => this.#stopped());
    on("ended", () => this.#ended());
    on("error", () => this.#fail(true));
    on("waiting", () => this.#setLoading(true));
    on("playing", () => this.#setLoading(false));
    on("seeked", () => this.#tell());
    on("durationchange", () => this.#lengthKnown());
  }

  #build() {
    const button = (name, path, text) =>
      element("button", { type: "button", class: name, part: `button ${name}`, title: text }, icon(path),
        element("span", { class: "text" }, text));
    const leap = (name, path, text) => {
      const made = button(name, path, text);
      made.append(element("span", { class: "seconds", "aria-hidden": "true" }, String(BUTTON_S)));
      return made;
    };
    const options = SPEEDS.map((speed) =>
      element("option", { value: speed }, `${String(speed).replace(".", ",")}×`));
    const p = {
      play: button("play", PLAY, t.play),
      back: leap("back", BACK, t.back),
      forward: leap("forward", FORWARD, t.forward),
      bar: element("input", {
        type: "range", class: "bar", part: "bar", min: 0, max: 1, step: "any", value: 0, "aria-label": t.seek,
      }),
      hover: element("span", { class: "hover", part: "hover", "aria-hidden": "true", hidden: true }),
      elapsed: element("span", { class: "elapsed" }),
      total: element("span", { class: "total" }),
      speed: element("select", { class: "speed", part: "speed", "aria-label": t.speed }, ...options),
      voice: element("span", { class: "voice", part: "voice" }),
      message: element("p", { class: "message", part: "message", role: "alert" }),
      retry: element("button", { type: "button", class: "retry", part: "button retry", hidden: true }, t.retry),
    };
    const about = element("div", { class: "about" },
      element("span", { class: "heading", part: "heading" }, t.heading),
      element("span", { class: "spoken-by" }, p.voice,
        element("span", { class: "notice", part: "notice" }, t.ai_notice)));
    const track = element("div", { class: "track" }, p.bar, p.hover);
    p.of = element("span", {}, " / ", p.total);
    const time = element("span", { class: "time", part: "time" }, p.elapsed, p.of);
    const failure = element("div", { class: "failure" }, p.message, p.retry);
    p.player = element("div", { class: "player", part: "player", role: "group" },
      element("div", { class: "controls" }, p.play, about, track, time, p.back, p.forward, p.speed, failure));
    this.#parts = p;
    this.#listen();
    const [link, styled] = styles("player.css");
    p.player.style.display = "none";
    styled.then(() => p.player.style.removeProperty("display"));
    this.attachShadow({ mode: "open" }).append(link, p.player);
  }

  #listen() {
    const p = this.#parts;
    p.play.addEventListener("click", () => this.#toggle());
    p.back.addEventListener("click", () => this.#seek(this.time - BUTTON_S));
    p.forward.addEventListener("click", () => this.#seek(this.time + BUTTON_S));
    p.retry.addEventListener("click", () => this.#retry());
    p.speed.addEventListener("change", () => this.#chooseSpeed());
    p.bar.addEventListener("input", () => this.#drag());
    p.bar.addEventListener("change", () => this.#drop());
    p.bar.addEventListener("focus", () => this.#showTime(true));
    p.bar.addEventListener("pointermove", (event) => this.#hover(event));
    p.bar.addEventListener("pointerleave", () => (p.hover.hidden = true));
    p.player.addEventListener("keydown", (event) => this.#press(event));
  }

  // ---- What the reader asks for

  #toggle() {
    if (this.playing) this.#audio.pause();
    else this.#play();
  }

  #play() {
    this.#fail(false);
    if (this.#audio.readyState === 0) this.#setLoading(true);
    // A refusal is told by the audio's own `error`, or is the reader pausing before it began.
    this.#audio.play().catch((error) => {
      this.#setLoading(false);
      if (error.name === "NotSupportedError") this.#fail(true);
    });
  }

  #retry() {
    this.#startAt = this.time || this.#startAt;
    this.#audio.load();
    this.#parts.play.focus();
    this.#play();
  }

  #seek(seconds) {
    const time = Math.min(Math.max(seconds, 0), this.#duration || Infinity);
    if (this.#audio.readyState > 0) this.#audio.currentTime = time;
    else this.#startAt = time;
    this.#showTime(true);
    this.#tell();
  }

  #chooseSpeed() {
    remember("speed", this.#parts.speed.value);
    this.#setSpeed(Number(this.#parts.speed.value));
  }

  #setSpeed(wanted) {
    const speed = SPEEDS.includes(wanted) ? wanted : 1;
    this.#parts.speed.value = String(speed);
    // Loading resets the rate to the default, so both are set.
    this.#audio.defaultPlaybackRate = speed;
    this.#audio.playbackRate = speed;
    this.#tellSystem();
  }

  #drag() {
    this.#dragging = true;
    this.#showTime(true, Number(this.#parts.bar.value));
  }

  #drop() {
    this.#dragging = false;
    this.#seek(Number(this.#parts.bar.value));
  }

  /** Says which time lies under the pointer. */
  #hover(event) {
    const { bar, hover } = this.#parts;
    if (event.pointerType !== "mouse" || !this.#duration) return;
    const part = Math.min(Math.max(event.offsetX / bar.clientWidth, 0), 1);
    hover.textContent = clock(part * this.#duration);
    hover.style.setProperty("--at", `${part * 100}%`);
    hover.hidden = false;
  }

  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const p = this.#parts;
    const onBar = event.target === p.bar;
    const moves = {
      ArrowLeft: -ARROW_S, ArrowDown: -ARROW_S, ArrowRight: ARROW_S, ArrowUp: ARROW_S,
      PageDown: -PAGE_S, PageUp: PAGE_S, Home: -Infinity, End: Infinity,
    };
    if (onBar && event.key in moves) this.#seek(this.time + moves[event.key]);
    else if (event.key === " " && onBar) this.#toggle();
    else if (event.key.toLowerCase() === "k" && event.target !== p.speed) this.#toggle();
    else return;
    event.preventDefault();
  }

  #otherPlays(event) {
    if (event.target !== this && this.playing) this.#audio.pause();
  }

  // ---- What the audio says

  #ready() {
    this.#lengthKnown();
    // A sound that is still being made cannot be entered in its midst.
    if (this.#startAt > 0 && this.#duration) this.#audio.currentTime = this.#startAt;
    this.#showTime(true);
  }

  /** What is still being made has no length until its end. */
  #lengthKnown() {
    // The server counts samples; a browser guesses from the bitrate.
    if (!this.#duration && Number.isFinite(this.#audio.duration)) this.#duration = this.#audio.duration;
    this.#showTime(true);
  }

  #began() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tell(), TELL_MS);
    this.#showState();
    this.#tellSystem();
    this.#send("baonoi-play");
  }

  #stopped() {
    clearInterval(this.#timer);
    this.#setLoading(false);
    this.#rememberPosition();
    this.#showState();
    this.#tell();
    this.#send("baonoi-pause");
  }

  #ended() {
    forget(`position:${this.#key}`);
    this.#showState();
    this.#tell();
  }

  // ---- What is shown

  #showState() {
    const { play } = this.#parts;
    const text = this.playing ? t.pause : t.play;
    play.querySelector("path").setAttribute("d", this.playing ? PAUSE : PLAY);
    play.querySelector(".text").textContent = text;
    play.title = text;
    this.toggleAttribute("playing", this.playing);
  }

  /** @param {boolean} asked whether the reader caused it: a focused slider speaks only then */
  #showTime(asked, time = this.time) {
    if (!this.#parts || (this.#dragging && !asked)) return;
    const { bar, elapsed, of, total, player } = this.#parts;
    const end = this.#duration;
    elapsed.textContent = clock(time);
    total.textContent = clock(end);
    of.hidden = !end;
    bar.disabled = !end;
    bar.max = String(end || 1);
    if (!this.#dragging) bar.value = String(end ? time : 0);
    player.style.setProperty("--played", `${end ? (Math.min(time, end) / end) * 100 : 0}%`);
    if (asked || this.shadowRoot?.activeElement !== bar) {
      const words = end ? fill(t.at, { time: spokenTime(time), total: spokenTime(end) }) : spokenTime(time);
      bar.setAttribute("aria-valuetext", words);
    }
  }

  #setLoading(loading) {
    const { player, play } = this.#parts;
    player.classList.toggle("is-loading", loading);
    play.setAttribute("aria-busy", String(loading));
    if (loading) play.title = t.loading;
    else this.#showState();
  }

  #fail(failed) {
    const { message, retry, player } = this.#parts ?? {};
    if (!message) return;
    if (failed) {
      // An audio element that failed still counts as playing until it is told otherwise.
      this.#audio.pause();
      this.#setLoading(false);
    }
    player.classList.toggle("is-failed", failed);
    message.textContent = failed ? t.failed : "";
    retry.hidden = !failed;
  }

  // ---- What others are told

  #tell() {
    this.#showTime(false);
    if (Math.abs(this.time - this.#remembered) >= REMEMBER_S) this.#rememberPosition();
    this.#send("baonoi-time");
  }

  #send(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: { time: this.time } }));
  }

  /** Lock screen, headset and keyboard media keys. */
  #tellSystem() {
    if (!("mediaSession" in navigator) || !this.playing) return;
    const session = navigator.mediaSession;
    session.metadata = new MediaMetadata({ title: this.#heading, artist: `${this.#label} · ${t.ai_notice}` });
    const actions = {
      play: () => this.#play(),
      pause: () => this.#audio.pause(),
      seekbackward: (details) => this.#seek(this.time - (details.seekOffset ?? BUTTON_S)),
      seekforward: (details) => this.#seek(this.time + (details.seekOffset ?? BUTTON_S)),
      seekto: (details) => this.#seek(details.seekTime),
    };
    for (const [name, act] of Object.entries(actions)) session.setActionHandler(name, act);
  }

  #rememberPosition() {
    if (!this.#key || this.#audio?.ended) return;
    const time = this.time;
    this.#remembered = time;
    const worth = time >= RESUME_S_MIN && time <= this.#duration - RESUME_S_MIN;
    if (worth) remember(`position:${this.#key}`, time.toFixed(1));
    else forget(`position:${this.#key}`);
  }

  #rememberedPosition() {
    const time = Number(recall(`position:${this.#key}`));
    return time >= RESUME_S_MIN && time <= this.#duration - RESUME_S_MIN ? time : 0;
  }
}

customElements.define("bao-noi", BaoNoi);
