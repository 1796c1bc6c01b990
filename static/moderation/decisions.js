// What is decided: shown at once, sent in order, put back when it was not stored, and taken back by "undo".

import { block as askToBlock, decide as askToDecide } from "../requests.js";
import { fill } from "../words.js";
import { say } from "./list.js";
import t from "../texts.json#moderation";

/** What each decision makes of a comment. */
const RESULT = { approve: "approved", reject: "rejected", wait: "waiting" };
/** Which decision leads back to a state. */
const BACK = { approved: "approve", rejected: "reject", waiting: "wait" };

export class Decisions {
  #list;
  #undoButton = document.querySelector("[data-undo]");
  /**
   * What can be taken back, the newest last: the comments with the state before, and the networks that were
   * blocked with it.
   * @type {{ items: { card: HTMLElement, before: string, reason: string, open: string }[], state: string, networks: string[] }[]}
   */
  #done = [];
  /** Card -> its last request, so that requests about one comment arrive in order. */
  #requests = new WeakMap();

  /** @param {import("./list.js").List} list */
  constructor(list) {
    this.#list = list;
    this.#undoButton.addEventListener("click", () => this.undo());
  }

  /**
   * @param {HTMLElement[]} cards
   * @param {"approve" | "reject" | "wait"} decision
   * @param {{ reason?: string, networks?: string[] }} [more] why; networks that are blocked with it
   */
  async decide(cards, decision, { reason = "", networks = [] } = {}) {
    const state = RESULT[decision];
    const wanted = cards.filter((card) => card.isConnected && (card.dataset.state !== state || card.dataset.open));
    if (wanted.length === 0) return;
    const items = wanted.map((card) => ({ card, before: card.dataset.state, reason: card.dataset.reason, open: card.dataset.open }));
    const entry = { items, state, networks };
    this.#done.push(entry);
    for (const { card } of items) this.#list.setState(card, state, reason);
    // Of all comments none leaves the list; elsewhere whatever is decided does.
    if (this.#list.name === "all") this.#list.move(+1);
    else this.#list.take(wanted);
    this.#say(entry, decision);
    const asked = items.map(({ card, before }) => ({ card, decision, reason, seen: before }));
    const blocking = this.#block(networks, "block");
    const lost = await this.#send(asked);
    await blocking;
    if (lost.length === 0) return;
    entry.items = items.filter(({ card }) => !lost.includes(card));
    if (entry.items.length === 0) this.#done.splice(this.#done.indexOf(entry), 1);
    const back = items.filter(({ card }) => lost.includes(card));
    for (const { card, before, reason, open } of back) this.#list.setState(card, before, reason, open);
    this.#list.putBack(lost, { focus: false });
    this.#showUndo();
  }

  /** Takes the last decision back: the comments are again what they were, here and on the server. */
  async undo() {
    const entry = this.#done.pop();
    if (!entry) return say(t.undo_nothing);
    const { items, state, networks } = entry;
    const reasonNow = items[0].card.dataset.reason;
    for (const { card, before, reason, open } of items) this.#list.setState(card, before, reason, open);
    this.#list.putBack(items.map(({ card }) => card), { focus: true });
    const [{ card }] = items;
    say(items.length === 1 ? fill(t.undone, { author: card.dataset.author }) : fill(t.undone_many, { count: items.length }));
    this.#showUndo();
    const asked = items.map(({ card, before, reason }) => ({ card, decision: BACK[before], reason, seen: state }));
    const unblocking = this.#block(networks, "unblock");
    const lost = await this.#send(asked);
    await unblocking;
    if (lost.length === 0) return;
    // For these the decision stands, so they leave again, unless they were decided anew meanwhile.
    const gone = items.filter(({ card }) => lost.includes(card) && card.isConnected);
    for (const { card } of gone) this.#list.setState(card, state, reasonNow);
    this.#list.take(gone.map(({ card }) => card));
    if (gone.length > 0) this.#done.push({ items: gone, state, networks });
    this.#showUndo();
  }

  #block(networks, decision) {
    return Promise.all(networks.map((network) =>
      askToBlock(network, decision).catch(() => say(fill(t.block_failed, { network })))));
  }

  #say({ items, networks }, decision) {
    const [{ card }] = items;
    const { author } = card.dataset;
    if (networks.length > 0 && items.length === 1) say(fill(t.done_block, { network: networks[0], author }));
    else if (networks.length > 0) say(fill(t.done_many_block, { networks: networks.length, count: items.length }));
    else if (items.length === 1) say(fill(t[`done_${decision}`], { author }));
    else say(fill(t[`done_many_${decision}`], { count: items.length }));
    this.#showUndo();
  }

  #showUndo() {
    this.#undoButton.hidden = this.#done.length === 0;
  }

  /**
   * Sends decisions; resolves to the cards whose decision was not stored because nobody took it. Nobody's next
   * key waits for it. Where somebody else was faster that is said, and their decision stands.
   */
  #send(asked) {
    const cards = asked.map(({ card }) => card);
    const earlier = Promise.all(cards.map((card) => this.#requests.get(card)));
    const request = earlier.then(async () => {
      const decisions = asked.map(({ card, ...decision }) => ({ comment: card.dataset.comment, ...decision }));
      let results;
      try {
        ({ results } = await askToDecide(decisions));
      } catch (error) {
        const why = error.message || t.offline;
        const [{ dataset }] = cards;
        say(cards.length === 1 ? fill(t.failed, { author: dataset.author, why }) : fill(t.failed_many, { count: cards.length, why }));
        return cards;
      }
      results.forEach((result, at) => this.#tellOfOthers(result, cards[at]));
      const late = results.filter(({ result }) => result !== "done").length;
      if (late > 1) say(fill(t.meanwhile_many, { count: late }));
      return [];
    });
    for (const card of cards) this.#requests.set(card, request);
    return request;
  }

  #tellOfOthers({ result, state, by }, card) {
    if (result === "done") return;
    for (const entry of this.#done) entry.items = entry.items.filter((item) => item.card !== card);
    this.#done = this.#done.filter((entry) => entry.items.length > 0);
    this.#showUndo();
    if (!state) return;
    this.#list.setState(card, state);
    say(fill(t[`meanwhile_${state}`], { by: by ?? t.somebody, author: card.dataset.author }));
  }
}
