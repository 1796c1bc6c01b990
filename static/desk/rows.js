// The rows of the editors' list: which is under the hand, which are chosen, and how one takes another's place.

export class Rows {
  /** @type {HTMLElement} */
  list = document.querySelector("[data-desk]");
  /** The part of the list whose first page is open; empty on every other page. */
  part = this.list.dataset.desk;
  /** The row that the keys are about. @type {HTMLElement | null} */
  current = null;

  constructor() {
    this.list.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-row]");
      if (row && row !== this.current) this.makeCurrent(row, { focus: false });
    });
  }

  get all() {
    return [...this.list.children];
  }

  get selected() {
    return this.all.filter((row) => row.querySelector("[data-select]").checked);
  }

  /** The row of an article, or of work that has none yet. */
  find(article, job) {
    const of = (row) => (row.dataset.article ? row.dataset.article === article : row.dataset.job === job);
    return this.all.find(of) ?? null;
  }

  makeCurrent(row, { focus = true } = {}) {
    this.current?.classList.remove("is-current");
    this.current?.setAttribute("tabindex", "-1");
    this.current = row;
    if (!row) return;
    row.classList.add("is-current");
    row.setAttribute("tabindex", "0");
    if (!focus) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  move(step) {
    const { all } = this;
    const at = all.indexOf(this.current);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
    this.makeCurrent(all[next] ?? null);
  }

  toggle(row) {
    const box = row?.querySelector("[data-select]");
    if (box) box.checked = !box.checked;
  }

  /**
   * Shows rows as the server has them now, each in the place of the one before; what is new comes on top where
   * that is its place.
   * @param {string} html
   * @param {string[]} leaving work that was asked for: what of it does not come was taken out of the list
   */
  put(html, leaving) {
    const given = [...new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("[data-row]")];
    for (const job of leaving) {
      if (!given.some((row) => row.dataset.job === job)) this.#remove(this.find(null, job));
    }
    for (const row of given) {
      const before = this.find(row.dataset.article, row.dataset.job);
      if (before) this.#replace(before, row);
      else if (this.part === "all") this.list.prepend(row);
    }
    document.querySelector("[data-empty]").hidden = this.all.length > 0;
    document.querySelector("#desk-bulk").hidden = this.all.length === 0;
  }

  /**
   * How many rows the tabs have by now.
   * @param {Record<string, string>} counts
   * @returns {boolean} whether there are more on the tab that is open
   */
  count(counts) {
    let hasGrown = false;
    for (const [tab, count] of Object.entries(counts)) {
      const number = document.querySelector(`[data-count="${tab}"]`);
      if (tab === this.part) hasGrown = Number.parseInt(count, 10) > Number.parseInt(number.textContent, 10);
      if (number.textContent !== count) number.textContent = count;
    }
    return hasGrown;
  }

  #remove(row) {
    if (!row) return;
    const hadFocus = row.contains(document.activeElement);
    if (this.current === row) this.makeCurrent(row.nextElementSibling ?? row.previousElementSibling, { focus: hadFocus });
    row.remove();
  }

  #replace(before, row) {
    row.querySelector("[data-select]").checked = before.querySelector("[data-select]").checked;
    const isCurrent = this.current === before;
    const hadFocus = before.contains(document.activeElement);
    before.replaceWith(row);
    if (isCurrent) this.makeCurrent(row, { focus: false });
    // Nobody loses his place because something was done with the row meanwhile.
    if (hadFocus) row.focus({ preventScroll: true });
  }
}
