// The player stays at hand: scrolled out of sight while it speaks, it sticks to the bottom of the window.

import { element } from "../element.js";

/** A frame is never scrolled out of its own window. */
const inFrame = globalThis.self !== globalThis.top;

export class Mini {
  #host;
  #panel;
  /** Stands where the panel stood. */
  #place = element("div");
  #onChange;
  #observer;
  #isAway = false;
  #isClosed = true;

  /**
   * @param {HTMLElement} host keeps the place of the player on the page; one with `playlist` has none
   * @param {HTMLElement} panel what sticks
   * @param {(isMini: boolean) => void} onChange
   * @param {AbortSignal} signal ends it
   */
  constructor(host, panel, onChange, signal) {
    this.#host = host;
    this.#panel = panel;
    panel.after(this.#place);
    signal.addEventListener("abort", () => this.#place.remove());
    this.#onChange = onChange;
    if (inFrame) return;
    if (host.hasAttribute("playlist")) this.#isAway = true;
    else this.#watch(signal);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && this.isMini) this.close();
    }, { signal });
    document.addEventListener("focusin", () => this.#uncover(), { signal });
  }

  #watch(signal) {
    this.#observer = new IntersectionObserver((entries) => {
      // What happened meanwhile is told at once: only the last of it is true.
      this.#isAway = !entries.at(-1).isIntersecting;
      this.#show();
    });
    this.#observer.observe(this.#host);
    signal.addEventListener("abort", () => this.#observer.disconnect());
  }

  get isMini() {
    return this.#panel.classList.contains("is-mini");
  }

  /** From now on it may stick: the reader pressed play. */
  open() {
    this.#isClosed = false;
    this.#show();
  }

  close() {
    this.#isClosed = true;
    this.#show();
  }

  #show() {
    const isMini = this.#isAway && !this.#isClosed;
    if (isMini === this.isMini) return;
    // The place on the page stays as high as it was: nothing moves.
    this.#place.style.height = isMini && this.#observer ? `${this.#panel.offsetHeight}px` : "0";
    this.#panel.classList.toggle("is-mini", isMini);
    this.#onChange(isMini);
  }

  /**
   * What has the focus is never under it (WCAG 2.2, 2.4.11). Who points at something sees it already, and of
   * what is higher than half a window (the article itself) enough is seen.
   */
  #uncover() {
    const focused = document.activeElement;
    if (!this.isMini || !focused?.matches(":focus-visible") || focused === this.#host) return;
    const box = focused.getBoundingClientRect();
    if (box.height > innerHeight / 2) return;
    const covered = box.bottom - this.#panel.getBoundingClientRect().top;
    if (covered > 0 && box.top < innerHeight) scrollBy({ top: covered + 8 });
  }
}
