// <bao-noi>: the player. Attributes go in, events come out, a plain <audio> does the work.
//
// Attributes: `article` (an id), or `src`, `duration-ms`, `label`, `heading`, `cues`, `voices` and `outdated`
// (then nothing is asked of the server), or `url` (its address), or nothing (the page's canonical address);
// `playlist`: no article of its own, only the queue; `listen="off"`: nothing is shown before the article was
// read to its end; `follow`: a CSS selector of the text that follows the voice (else `[data-baonoi-text]`);
// `features`: those of speed, sentences, volume, download, share, queue, mini and follow that are wanted, else
// all; `size="small"`; `theme="light|dark"` overrides the reader's colour scheme; `lang`.
// Events: `baonoi-play`, `baonoi-pause`, `baonoi-time` with `detail.time` in seconds.
// Methods: `playFrom(seconds)`, `playItem(item)`.

import { address } from "../api.js";
import { dress, element } from "../element.js";
import { forget, recall, remember } from "../memory.js";
import { fill } from "../words.js";
import { BUTTON_S, Controls, SPEEDS } from "./controls.js";
import css from "./player.css";
import { Follower, cueAt } from "./follow.js";
import { Listens } from "./listens.js";
import { Mini } from "./mini.js";
import panelAddress from "./panel.js?address";
import * as queue from "./queue.js";
import { cues as askForCues, latest, player as askForPlayer } from "./service.js";
import { tellPosition, tellSystem } from "./session.js";
import { canonicalAddress, givenTrack, hashMoment, itemOf, trackOf } from "./track.js";
import { isEnglish, textsFor } from "./words.js";

/** Seconds that the arrow keys and the page keys move by. */
const ARROW_S = 5;
const PAGE_S = 30;
/** How often the position is told while playing, in ms: a highlight must not lag behind the ear. */
const TELL_MS = 100;
/** A position this near to either end, in seconds, is not worth coming back to. */
const RESUME_S_MIN = 5;
/** How often the position is remembered, in seconds of listening. */
const REMEMBER_S = 5;
/** So far into a sentence, in seconds, "previous" means its own beginning. */
const AGAIN_S = 1.5;

/** The script may run before the page has its text. */
function parsed() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
}

export class BaoNoi extends HTMLElement {
  static observedAttributes = ["article", "src", "url"];

  /** @type {HTMLAudioElement | null} */
  #audio = null;
  #t;
  /** @type {Controls | null} */
  #controls = null;
  /** @type {import("./panel.js").Panel | null} Made when the reader opens it. */
  #panel = null;
  #mini = null;
  #follower = null;
  #listens = new Listens("");
  /** What the page itself says about the article is about another one by now. */
  #asks = false;
  /** @type {import("./track.js").Track | null} What is heard. */
  #track = null;
  /** What belongs to this page. */
  #own = null;
  /** @type {Map<string, Promise<object[]>>} When each sentence is spoken, by where that is asked. */
  #cues = new Map();
  /** Seconds, known before anything is loaded. */
  #duration = 0;
  /** Seconds: where to begin, until the audio is ready to be told. */
  #startAt = 0;
  #remembered = 0;
  #timer = 0;
  /** Counts the starts, so that a late answer to an earlier one is dropped. */
  #starts = 0;
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("pagehide", () => this.#leave(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#leave(), { signal });
    document.addEventListener("baonoi-play", (event) => this.#otherPlays(event), { signal });
    // In another tab.
    addEventListener("storage", (event) => event.key === "baonoi:playing" && this.#audio?.pause(), { signal });
    if (this.hasAttribute("playlist")) queue.onQueue(() => this.hidden && this.#start(), signal);
    this.#start();
  }

  disconnectedCallback() {
    this.#leave();
    this.#audio?.pause();
    this.#mini?.close();
    this.#mini = null;
    this.#listening.abort();
    this.#follower?.end();
    clearInterval(this.#timer);
    this.#starts += 1;
  }

  attributeChangedCallback(name, before, after) {
    // The attributes that the page came with are told before the element is connected.
    if (!this.#starts || before === after) return;
    this.#asks = name !== "src";
    if (this.isConnected) this.#start();
  }

  /** Whether it is speaking now. */
  get playing() {
    return Boolean(this.#audio && !this.#audio.paused && !this.#audio.ended);
  }

  /** The position in seconds. */
  get time() {
    return this.#audio && this.#audio.readyState > 0 ? this.#audio.currentTime : this.#startAt;
  }

  /**
   * Plays this page's article from a moment.
   * @param {number} seconds
   */
  playFrom(seconds) {
    if (!this.#own) return;
    if (this.#track !== this.#own) this.#show(this.#own);
    this.#seek(seconds);
    this.#play();
  }

  /**
   * Plays another article, in this player.
   * @param {import("./queue.js").Item} item
   */
  playItem(item) {
    this.#setHidden(false);
    this.#show({ ...item, isOwn: false });
    this.#attend();
    this.#controls.say(fill(this.#t.now, { title: item.heading }));
    this.#play();
  }

  /** Finds out what can be played, and shows the controls, or nothing. */
  async #start() {
    const start = ++this.#starts;
    const playlist = this.hasAttribute("playlist");
    let track = playlist ? queue.queued()[0] : !this.#asks && givenTrack(this);
    if (!track && !playlist) {
      // From now on there is an audio element of ours.
      this.#asks = true;
      const article = this.getAttribute("article");
      const url = this.getAttribute("url") ?? canonicalAddress();
      const found = await askForPlayer(article ? { article } : { url }).catch(() => null);
      if (start !== this.#starts) return;
      track = trackOf(found, this.getAttribute("listen") !== "off");
    }
    this.#setHidden(!track);
    if (!track) {
      this.#audio?.pause();
      return;
    }
    this.#own = playlist ? null : track;
    this.#show(track, playlist ? 0 : hashMoment());
  }

  /** A player that cannot play takes no room, whatever the page's own style says about us. */
  #setHidden(hidden) {
    this.hidden = hidden;
    if (hidden) this.style.setProperty("display", "none", "important");
    else this.style.removeProperty("display");
  }

  #show(track, startAt = 0) {
    this.#leave();
    this.#audio?.pause();
    this.#track = track;
    this.#duration = track.durationMs / 1000;
    this.#startAt = startAt || this.#rememberedPosition();
    this.#remembered = this.#startAt;
    this.#listens = new Listens(track.key, this.#startAt);
    this.#takeAudio(track.src);
    if (!this.#controls) this.#build();
    const t = this.#t;
    const note = track.isOutdated ? t.outdated : track.isLive ? t.live : "";
    this.#controls.showTrack({ ...track, note });
    for (const name of ["previous", "next"]) this.#controls.parts[name].disabled = !track.cues;
    this.#panel?.showTrack(track);
    this.#fail(false);
    this.#setSpeed(Number(recall("speed")));
    this.#showState();
    this.#showTime(true);
    this.#beginToFollow();
  }

  /** Takes the page's own `<audio>`, or makes one; either way our controls replace its own. */
  #takeAudio(src) {
    const audio = this.querySelector(":scope > audio") ?? element("audio", { preload: "none" });
    if (audio.src !== new URL(src, document.baseURI).href) audio.src = src;
    audio.removeAttribute("controls");
    if (audio === this.#audio) return;
    if (!audio.isConnected) this.append(audio);
    this.#audio = audio;
    const volume = recall("volume");
    if (volume !== null) audio.volume = Math.min(Math.max(Number(volume) || 0, 0), 1);
    const on = (name, react) => audio.addEventListener(name, react);
    on("loadedmetadata", () => this.#ready());
    on("play", () => this.#began());
    on("pause", () => this.#stopped());
    on("ended", () => this.#ended());
    on("error", () => this.#fail(true));
    on("waiting", () => this.#controls.showLoading(true));
    on("playing", () => this.#loaded());
    on("seeking", () => this.#listens.leapt(this.time));
    on("seeked", () => this.#tell());
    on("durationchange", () => this.#lengthKnown());
  }

  #build() {
    this.#t = textsFor(this);
    const features = this.#features();
    this.#controls = new Controls(this.#t, features);
    const p = this.#controls.parts;
    p.play.addEventListener("click", () => this.#toggle());
    p.back.addEventListener("click", () => this.#seek(this.time - BUTTON_S));
    p.forward.addEventListener("click", () => this.#seek(this.time + BUTTON_S));
    p.previous.addEventListener("click", () => this.#goBySentence(-1));
    p.next.addEventListener("click", () => this.#goBySentence(1));
    p.more.addEventListener("click", () => this.#togglePanel());
    p.close.addEventListener("click", () => this.#mini?.close());
    p.retry.addEventListener("click", () => this.#retry());
    p.speed.addEventListener("change", () => this.#chooseSpeed());
    p.voices.addEventListener("change", () => this.#chooseVoice(p.voices.value));
    p.bar.addEventListener("input", () => this.#drag());
    p.bar.addEventListener("change", () => this.#drop());
    p.bar.addEventListener("focus", () => this.#showTime(true));
    p.player.addEventListener("keydown", (event) => this.#press(event));
    const root = this.attachShadow({ mode: "open" });
    dress(root, css);
    root.append(p.frame);
  }

  /** From now on it sticks to the window when it is out of sight: the reader pressed play. */
  #attend() {
    const features = this.#features();
    if (features && !features.has("mini")) return;
    const onChange = (isMini) => {
      if (isMini && this.#panel) this.#togglePanel(false);
      // One that has no place on the page is gone when it is closed.
      if (!isMini && this.hasAttribute("playlist")) {
        this.#audio.pause();
        this.#setHidden(true);
      }
    };
    this.#mini ??= new Mini(this, this.#controls.parts.frame, onChange, this.#listening.signal);
    this.#mini.open();
  }

  /** The features that are wanted; `null` means all. */
  #features() {
    const named = this.getAttribute("features");
    return named === null ? null : new Set(named.split(/\s+/));
  }

  async #beginToFollow() {
    const features = this.#features();
    if (!this.#track.isOwn || !this.#track.cues || (features && !features.has("follow"))) return;
    await parsed();
    if (this.#follower || !this.isConnected) return;
    const selector = this.getAttribute("follow") ?? "[data-baonoi-text]";
    const text = document.querySelector(selector);
    if (!text) return;
    const player = this;
    this.#follower = new Follower(text, {
      cues: () => this.#loadCues(this.#own),
      playFrom: (seconds) => this.playFrom(seconds),
      say: (said) => this.#controls.say(said),
      hint: this.#t.follow_hint,
      // Whoever uses what stands behind "…" must not lose it from sight.
      get mayScroll() {
        return player.playing && player.#isPanelHidden;
      },
    });
    this.#follower.begin();
  }

  // ---- What the reader asks for

  #toggle() {
    if (this.playing) this.#audio.pause();
    else this.#play();
  }

  #play() {
    this.#fail(false);
    if (this.#audio.error) {
      this.#startAt = this.time || this.#startAt;
      this.#audio.load();
    }
    if (this.#audio.readyState === 0) this.#controls.showLoading(true);
    // A refusal is told by the audio's own `error`, or is the reader pausing before it began.
    this.#audio.play().catch((error) => {
      this.#loaded();
      if (error.name === "NotSupportedError") this.#fail(true);
    });
  }

  #retry() {
    this.#controls.parts.play.focus();
    this.#play();
  }

  #seek(seconds) {
    const time = Math.min(Math.max(seconds, 0), this.#duration || Infinity);
    if (this.#audio.readyState > 0) this.#audio.currentTime = time;
    else this.#startAt = time;
    this.#showTime(true);
    this.#tell();
  }

  async #goBySentence(by) {
    const cues = (await this.#loadCues()).filter(({ start_ms, end_ms }) => end_ms > start_ms);
    const at = cueAt(cues, this.time);
    const isInside = by < 0 && at >= 0 && this.time - cues[at].start_ms / 1000 > AGAIN_S;
    const to = cues[Math.max(isInside ? at : at + by, 0)];
    if (to) this.#seek(to.start_ms / 1000);
  }

  #chooseSpeed() {
    const { speed } = this.#controls.parts;
    remember("speed", speed.value);
    this.#setSpeed(Number(speed.value));
  }

  #setSpeed(wanted) {
    const speed = SPEEDS.includes(wanted) ? wanted : 1;
    this.#controls.parts.speed.value = String(speed);
    // Loading resets the rate to the default, so both are set.
    this.#audio.defaultPlaybackRate = speed;
    this.#audio.playbackRate = speed;
    this.#tellSystem();
  }

  /** The same sentence in another voice. */
  async #chooseVoice(id) {
    const voice = this.#track.voices.find((voice) => voice.id === id);
    const at = cueAt(await this.#loadCues(), this.time);
    const wasPlaying = this.playing;
    const track = { ...this.#track, ...voice };
    if (this.#track === this.#own) this.#own = track;
    this.#show(track);
    const cue = (await this.#loadCues())[at];
    this.#seek((cue?.start_ms ?? 0) / 1000);
    if (wasPlaying) this.#play();
  }

  #drag() {
    this.#controls.dragging = true;
    this.#controls.showTime(Number(this.#controls.parts.bar.value), this.#duration, true);
  }

  #drop() {
    this.#controls.dragging = false;
    this.#seek(Number(this.#controls.parts.bar.value));
  }

  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { bar } = this.#controls.parts;
    const onBar = event.target === bar;
    const moves = {
      ArrowLeft: -ARROW_S, ArrowDown: -ARROW_S, ArrowRight: ARROW_S, ArrowUp: ARROW_S,
      PageDown: -PAGE_S, PageUp: PAGE_S, Home: -Infinity, End: Infinity,
    };
    if (onBar && event.key in moves) this.#seek(this.time + moves[event.key]);
    else if (event.key === " " && onBar) this.#toggle();
    else if (event.key.toLowerCase() === "k" && !event.target.matches("select, .address")) this.#toggle();
    else if (event.key === "Escape" && this.#panel && !this.#isPanelHidden) this.#togglePanel(false);
    else return;
    event.preventDefault();
  }

  get #isPanelHidden() {
    return this.#controls.parts.panel.hidden;
  }

  async #togglePanel(open = this.#isPanelHidden) {
    const { panel, more } = this.#controls.parts;
    if (open) this.#panel ??= await this.#loadPanel();
    if (open && !this.#panel) return;
    if (!open && panel.contains(this.shadowRoot.activeElement)) more.focus();
    panel.hidden = !open;
    more.setAttribute("aria-expanded", String(open));
  }

  async #loadPanel() {
    const { Panel } = await import(address(panelAddress)).catch(() => ({}));
    if (!Panel) {
      this.#controls.showFailure(this.#t.more_failed, false);
      return null;
    }
    const features = this.#features();
    const { signal } = this.#listening;
    const panel = new Panel(this.#controls.parts.panel, { isEnglish: isEnglish(this), features, signal }, {
      setVolume: (volume) => this.#setVolume(volume),
      time: () => this.time,
      say: (text) => this.#controls.say(text),
      playQueued: (key) => this.#playQueued(key),
      latest: async () => (await latest()).items.map(itemOf).filter(Boolean),
    }, queue);
    panel.showTrack(this.#track);
    panel.showVolume(this.#audio.volume);
    return panel;
  }

  #setVolume(volume) {
    this.#audio.volume = volume;
    remember("volume", volume);
    this.#panel.showVolume(volume);
  }

  #playQueued(key) {
    const item = queue.queued().find((item) => item.key === key);
    if (item) this.playItem(item);
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

  #loaded() {
    this.#controls.showLoading(false);
    this.#showState();
  }

  #began() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tell(), TELL_MS);
    // What was waiting to be heard is heard.
    queue.dequeue(this.#track.key);
    remember("playing", Date.now());
    if (this.#track.isOwn) this.#follower?.come();
    this.#attend();
    this.#listens.began(this.time);
    this.#showState();
    this.#tellSystem();
    this.#send("baonoi-play");
  }

  #stopped() {
    clearInterval(this.#timer);
    this.#controls.showLoading(false);
    this.#leave();
    this.#showState();
    this.#tell();
    this.#send("baonoi-pause");
  }

  #ended() {
    forget(`position:${this.#track.key}`);
    this.#listens.completed(this.#duration);
    this.#showState();
    this.#tell();
    const [next] = queue.queued();
    if (next && queue.playsOn()) this.playItem(next);
  }

  // ---- What is shown

  #showState() {
    this.#controls.showState(this.playing);
    this.toggleAttribute("playing", this.playing);
  }

  #showTime(asked) {
    this.#controls?.showTime(this.time, this.#duration, asked);
  }

  #fail(failed) {
    if (!this.#controls) return;
    if (failed) {
      // An audio element that failed still counts as playing until it is told otherwise.
      this.#audio.pause();
      this.#loaded();
    }
    this.#controls.showFailure(failed ? this.#t.failed : "", true);
  }

  // ---- What others are told

  #tell() {
    const { time } = this;
    this.#showTime(false);
    if (this.playing) this.#listens.went(time);
    if (Math.abs(time - this.#remembered) >= REMEMBER_S) {
      this.#rememberPosition();
      tellPosition(this.#duration, time, this.#audio.playbackRate);
    }
    this.#follower?.show(this.#track.isOwn && (time > 0 || this.playing) ? time : null);
    this.#send("baonoi-time");
  }

  #send(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: { time: this.time } }));
  }

  #tellSystem() {
    if (!this.playing) return;
    const { heading, label } = this.#track;
    tellSystem({ heading, label, notice: this.#t.ai_notice }, {
      play: () => this.#play(),
      pause: () => this.#audio.pause(),
      seekbackward: (details) => this.#seek(this.time - (details.seekOffset ?? BUTTON_S)),
      seekforward: (details) => this.#seek(this.time + (details.seekOffset ?? BUTTON_S)),
      seekto: (details) => this.#seek(details.seekTime),
      previoustrack: () => this.#goBySentence(-1),
      nexttrack: () => (queue.queued().length > 0 ? this.playItem(queue.queued()[0]) : this.#goBySentence(1)),
    });
    tellPosition(this.#duration, this.time, this.#audio.playbackRate);
  }

  /** The reader may be leaving: nothing that was heard is lost. */
  #leave() {
    this.#rememberPosition();
    this.#listens.tell();
  }

  /** Asks once when each sentence is spoken; a failure may be tried again. */
  #loadCues({ cues } = this.#track) {
    if (!cues) return Promise.resolve([]);
    const known = this.#cues.get(cues);
    if (known) return known;
    const asked = askForCues(cues).then((answer) => answer.cues, () => {
      this.#cues.delete(cues);
      return [];
    });
    this.#cues.set(cues, asked);
    return asked;
  }

  #rememberPosition() {
    if (!this.#track || !this.#audio || this.#audio.ended) return;
    const { time } = this;
    this.#remembered = time;
    const worth = time >= RESUME_S_MIN && time <= this.#duration - RESUME_S_MIN;
    if (worth) remember(`position:${this.#track.key}`, time.toFixed(1));
    else forget(`position:${this.#track.key}`);
  }

  #rememberedPosition() {
    const time = Number(recall(`position:${this.#track.key}`));
    return time >= RESUME_S_MIN && time <= this.#duration - RESUME_S_MIN ? time : 0;
  }
}
