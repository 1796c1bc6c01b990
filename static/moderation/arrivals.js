// What comes while somebody works: the tabs count it, and it stands at the end of the list, which never moves
// under the hand.

import { queueCounts, queueItems } from "../requests.js";

/** How often is asked, in ms. */
const LOOK_MS = 20_000;
/** With fewer cards than this before the end more are loaded. */
const FEW = 15;

export class Arrivals {
  #list;
  #loading = false;

  /** @param {import("./list.js").List} list */
  constructor(list) {
    this.#list = list;
    if (!["waiting", "flagged", "reported", "unseen"].includes(list.name)) return;
    setInterval(() => this.#look(), LOOK_MS);
    new MutationObserver(() => this.#fillUp()).observe(list.queue, { childList: true });
    this.#fillUp();
  }

  async #look() {
    if (document.hidden) return;
    const counts = await queueCounts().catch(() => null);
    // The next look will tell.
    if (!counts) return;
    for (const [name, count] of Object.entries(counts)) this.#list.setCount(name, count);
    this.#fillUp();
  }

  async #fillUp() {
    const { cards, name } = this.#list;
    // A search has its own number of hits, which nobody counted.
    const isSearch = Boolean(new URLSearchParams(location.search).get("q"));
    if (this.#loading || isSearch || cards.length >= FEW || cards.length >= this.#list.counted(name)) return;
    this.#loading = true;
    const html = await queueItems(location.search).catch(() => "");
    this.#list.append(html);
    this.#loading = false;
  }
}
