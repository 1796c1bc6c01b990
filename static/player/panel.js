// Behind "…": volume, download, sharing a moment, and the queue. Most readers never open it, so it comes as a
// module of its own when somebody does. What it shares with the player is handed to it.

import { dress, element } from "../element.js";
import { fill } from "../words.js";
import { button } from "./icons.js";
import css from "./panel.css";
import en from "../texts.en.json#panel";
import vi from "../texts.json#panel";

const UP = "M12 7.5 5 14.6l1.4 1.4 5.6-5.7 5.6 5.7 1.4-1.4z";
const DOWN = "m12 16.5 7-7.1L17.6 8 12 13.7 6.4 8 5 9.4z";
const REMOVE = "M6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z";

export class Panel {
  #root;
  #t;
  #player;
  #waiting;
  #parts = {};
  /** @type {import("./track.js").Track} */
  #track;
  /** The sharing address stands in a field where it could not be copied. */
  #address;

  /**
   * @param {HTMLElement} root
   * @param {{ isEnglish: boolean, features: Set<string> | null, signal: AbortSignal }} options
   * @param {object} player what the panel may ask of the player
   * @param {typeof import("./queue.js")} queue
   */
  constructor(root, { isEnglish, features, signal }, player, queue) {
    this.#root = root;
    this.#t = isEnglish ? en : vi;
    this.#player = player;
    this.#waiting = queue;
    const t = this.#t;
    const has = (name) => !features || features.has(name);
    dress(root.getRootNode(), css);
    this.#address = element("input", { class: "address", readonly: true, hidden: true, "aria-label": t.address });
    if (has("volume")) root.append(this.#volume());
    const row = element("div", { class: "row" }, has("share") && this.#share(), has("download") && this.#download());
    if (row.childElementCount > 0) root.append(row, this.#address);
    if (has("queue")) {
      root.append(this.#queue());
      queue.onQueue(() => this.#showQueue(), signal);
      this.#showQueue();
    }
  }

  /** @param {import("./track.js").Track} track */
  showTrack(track) {
    const { src, isLive } = track;
    const { download } = this.#parts;
    this.#track = track;
    this.#address.hidden = true;
    if (!download) return;
    download.href = `${src}?download=1`;
    download.hidden = isLive;
  }

  /** @param {number} volume 0 to 1 */
  showVolume(volume) {
    const { volume: bar } = this.#parts;
    if (!bar) return;
    bar.value = String(volume);
    bar.style.setProperty("--played", `${volume * 100}%`);
    bar.setAttribute("aria-valuetext", `${Math.round(volume * 100)}%`);
  }

  #volume() {
    const bar = element("input", { type: "range", class: "bar volume", part: "bar", min: 0, max: 1, step: 0.05, "aria-label": this.#t.volume });
    bar.addEventListener("input", () => this.#player.setVolume(Number(bar.value)));
    this.#parts.volume = bar;
    return element("label", { class: "row" }, element("span", {}, this.#t.volume), bar);
  }

  #share() {
    const made = element("button", { type: "button", class: "wide", part: "button share" }, this.#t.share);
    made.addEventListener("click", () => this.#shareMoment());
    return made;
  }

  #download() {
    const link = element("a", { class: "wide", part: "button download" }, this.#t.download);
    this.#parts.download = link;
    return link;
  }

  /**
   * The address of what is heard now (Media Fragments: `#t=83`), where the player stands: the canonical page,
   * if it is of another site, may have none.
   */
  #moment() {
    const { isOwn, page, heading } = this.#track;
    const canonical = document.querySelector('link[rel="canonical"][href]')?.href;
    const isHere = canonical && new URL(canonical).host === location.host;
    const url = new URL(isOwn ? (isHere ? canonical : location.href) : page, location.href);
    const seconds = Math.floor(this.#player.time());
    url.hash = seconds > 0 ? `t=${seconds}` : "";
    return { url: url.href, title: heading };
  }

  /** By the system's own sheet, else the clipboard, else a field to copy from. */
  async #shareMoment() {
    const { url, title } = this.#moment();
    const isTouch = matchMedia("(pointer: coarse)").matches;
    if (isTouch && navigator.share) {
      await navigator.share({ url, title }).catch(() => {});
      return;
    }
    try {
      await navigator.clipboard.writeText(url);
      this.#player.say(this.#t.shared);
    } catch {
      this.#address.hidden = false;
      this.#address.value = url;
      this.#address.select();
      this.#player.say(this.#t.address);
    }
  }

  // ---- The queue

  #queue() {
    const t = this.#t;
    const auto = element("input", { type: "checkbox", checked: this.#waiting.playsOn() });
    auto.addEventListener("change", () => this.#waiting.setPlaysOn(auto.checked));
    const list = element("ol", { class: "queue", part: "queue" });
    const empty = element("p", { class: "empty" }, t.queue_empty);
    const fill_up = element("button", { type: "button", class: "wide", part: "button" }, t.queue_latest);
    fill_up.addEventListener("click", () => this.#addLatest());
    list.addEventListener("click", (event) => this.#act(event));
    Object.assign(this.#parts, { list, empty });
    return element("section", { "aria-label": t.queue }, element("h2", { class: "queue-heading" }, t.queue),
      list, empty, element("div", { class: "row" }, fill_up,
        element("label", { class: "auto" }, auto, t.queue_auto)));
  }

  #showQueue() {
    const { list, empty } = this.#parts;
    const items = this.#waiting.queued();
    const t = this.#t;
    const act = (name, path, text, { key, heading }, disabled) => {
      const made = button(name, path, fill(text, { title: heading }));
      made.dataset.key = key;
      made.dataset.act = name;
      made.disabled = disabled;
      return made;
    };
    list.replaceChildren(...items.map((item, at) => {
      const play = element("button", { type: "button", class: "item", "data-key": item.key, "data-act": "item",
        "aria-label": fill(t.queue_play, { title: item.heading }) }, item.heading);
      return element("li", {}, play, act("up", UP, t.queue_up, item, at === 0),
        act("down", DOWN, t.queue_down, item, at === items.length - 1), act("remove", REMOVE, t.queue_remove, item, false));
    }));
    empty.hidden = items.length > 0;
  }

  #act(event) {
    const pressed = event.target.closest("[data-act]");
    if (!pressed) return;
    const { key, act } = pressed.dataset;
    const place = [...this.#parts.list.children].indexOf(pressed.parentElement);
    const { heading } = this.#waiting.queued().find((item) => item.key === key) ?? {};
    if (act === "item") this.#player.playQueued(key);
    else if (act === "remove") this.#waiting.dequeue(key);
    else this.#waiting.move(key, act === "up" ? -1 : 1);
    if (act === "remove") this.#player.say(fill(this.#t.queue_removed, { title: heading ?? "" }));
    this.#keepFocus(key, act, place);
  }

  /** The list is made anew: the focus stays where the reader's hand is. */
  #keepFocus(key, act, place) {
    const rows = [...this.#parts.list.children];
    const row = rows.find((row) => row.firstChild.dataset.key === key) ?? rows[Math.min(place, rows.length - 1)];
    const wanted = row?.querySelector(`[data-act="${act}"]:not(:disabled)`) ?? row?.querySelector("button:not(:disabled)");
    (wanted ?? this.#root.querySelector("section button"))?.focus();
  }

  async #addLatest() {
    const items = await this.#player.latest().catch(() => null);
    const count = items ? this.#waiting.enqueue(items) : 0;
    const added = count > 0 ? fill(this.#t.queue_added, { count }) : this.#t.queue_nothing_new;
    this.#player.say(items ? added : this.#t.queue_failed);
  }
}
