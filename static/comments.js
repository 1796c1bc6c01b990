// <bao-noi-comments article="ID" [token="…"]>: the comment box and the approved comments.
//
// On our own pages it enhances the form that the server rendered; on a publisher's page, where there
// is none, it builds the same form in its shadow root. `total` and `shown` say how much of the list
// the server rendered, `features` what the newsroom offers. `token` is what the newspaper's own login signed.

import { address } from "./api.js";
import { length, sendable } from "./comments/count.js";
import { prove, randomKey } from "./comments/proof.js";
import reportAddress from "./comments/report.js?address";
import * as service from "./comments/service.js";
import { date } from "./dates.js";
import { dress, element } from "./element.js";
import { forget, recall, remember } from "./memory.js";
import { fill } from "./words.js";
import css from "./comments.css";
import t from "./texts.json#comments";

/** The limits of src/domain/comment.rs, in characters as a reader counts them. What else may be wrong the server says. */
const LENGTH_MIN = 5;
const LENGTH_MAX = 500;
/** What is left when the counter is also said aloud. */
const SAID_AT = [100, 50, 20, 0];

/** The section as the server renders it in templates/comments.html, for pages that are not ours. */
function section(article) {
  const id = (name) => `baonoi-${name}-${article}`;
  const label = (name, ...content) => element("label", { class: "comments-label", for: id(name) }, ...content);
  const hint = (text) => element("span", { class: "comments-optional" }, ` (${text})`);
  const field = (name, more) => element("input", { class: `comments-field comments-${name}`, id: id(name), name, ...more });
  return element("section", { class: "comments", "aria-labelledby": id("heading") },
    element("h2", { class: "comments-heading", id: id("heading") }, t.heading),
    element("form", { class: "comments-form" },
      element("p", { class: "comments-status", role: "status" }),
      label("body", t.body),
      element("textarea", {
        class: "comments-field comments-body", id: id("body"), name: "body", rows: 4,
        "aria-describedby": `${id("error")} ${id("counter")}`,
      }),
      element("p", { class: "comments-under" },
        element("span", { class: "comments-error", id: id("error") }),
        element("span", { class: "comments-counter", id: id("counter") })),
      element("p", { class: "comments-announcement", "aria-live": "polite" }),
      element("p", { class: "comments-trap", "aria-hidden": "true" },
        element("label", {}, "Website ", field("website", { tabindex: -1, autocomplete: "off" }))),
      element("div", { class: "comments-row" },
        element("p", { class: "comments-sign" }, label("author", t.author, hint(t.optional)), field("author", { autocomplete: "nickname" })),
        element("p", { class: "comments-sign comments-mail" }, label("email", t.email, hint(t.email_hint)),
          field("email", { type: "email", autocomplete: "email" })),
        element("button", { class: "comments-send", type: "submit" }, t.send)),
      element("p", { class: "comments-note" }, t.moderated)),
    element("ol", { class: "comments-list", "aria-label": t.list }),
    element("p", { class: "comments-empty", hidden: true }, t.empty));
}

/** A small button below a comment, or below the list. */
function act(text, onPress, className = "comment-act") {
  const button = element("button", { class: className, type: "button" }, text);
  button.addEventListener("click", () => onPress(button));
  return button;
}

/** What this browser is known by where it likes and reports. */
function ownKey() {
  const key = recall("key") ?? randomKey();
  remember("key", key);
  return key;
}

class BaoNoiComments extends HTMLElement {
  static observedAttributes = ["article"];

  /** The parts of the section, by name. */
  #parts = null;
  #article = "";
  #features = [];
  #sending = false;
  /** The key of the submission that is tried, and its words. */
  #submission = "";
  /** The answer to the service's question, for the next comment. @type {ReturnType<typeof prove> | null} */
  #proof = null;
  /** The comment that is answered. */
  #parent = "";
  /** How much was left when the counter last changed. */
  #left = LENGTH_MAX;
  /** The last page of the list that is shown. */
  #page = 0;
  #order = "newest";

  connectedCallback() {
    this.#start();
  }

  /** A page's own script may name the article later. */
  attributeChangedCallback() {
    if (this.isConnected) this.#start();
  }

  #start() {
    if (this.#parts) return;
    this.#article = this.getAttribute("article") ?? "";
    if (!this.#article) return;
    const rendered = this.querySelector(".comments");
    this.#take(rendered ?? this.#build());
    if (!rendered) return this.#showPage(1);
    this.#offer(this.getAttribute("features"));
    for (const row of this.querySelectorAll("[data-comment]")) this.#addActions(row);
    // The server rendered the first page: offer the rest, if there is one.
    this.#page = 1;
    if (Number(this.getAttribute("total")) > Number(this.getAttribute("shown"))) this.#offerMore(t.more);
  }

  #build() {
    const root = section(this.#article);
    const shadow = this.attachShadow({ mode: "open" });
    dress(shadow, css);
    shadow.append(element("div", { class: "comments-outside" }, root));
    return root;
  }

  #take(root) {
    const p = { root };
    for (const name of ["form", "status", "body", "author", "mail", "email", "error", "counter", "announcement", "send", "note", "list", "empty"]) {
      p[name] = root.querySelector(`.comments-${name}`);
    }
    this.#parts = p;
    p.form.noValidate = true;
    p.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    p.form.addEventListener("focusin", () => this.#prove());
    p.form.addEventListener("input", () => this.#typed());
    p.to = element("span");
    p.reply = element("p", { class: "comments-reply", hidden: true }, p.to, " ", act(t.cancel, () => {
      this.#answer();
      p.body.focus();
    }));
    p.status.after(p.reply);
    // What the server gave back after a failed post is newer than the draft.
    p.body.value ||= recall(`draft:${this.#article}`) ?? "";
    p.author.value ||= recall("name") ?? "";
    if (p.body.value) this.#prove();
    this.#count(false);
  }

  /** Shows what the newsroom offers. @param {string | null} features names apart by a space */
  #offer(features) {
    const { author, mail, note, list } = this.#parts;
    this.#features = (features ?? "").split(" ");
    if (mail) mail.hidden = !this.#has("email");
    author.parentElement.querySelector(".comments-optional").hidden = this.#has("name");
    note.hidden = this.#has("at_once");
    if (!this.#has("sorting") || this.#parts.order) return;
    const order = element("select", { class: "comments-field comments-order", "aria-label": t.order },
      element("option", { value: "newest" }, t.newest), element("option", { value: "liked" }, t.liked));
    order.addEventListener("change", () => {
      this.#order = order.value;
      this.#showPage(1);
    });
    this.#parts.order = order;
    list.before(order);
    this.#showOrder();
  }

  #has(feature) {
    return this.#features.includes(feature);
  }

  /** One comment needs no order. */
  #showOrder() {
    const { order, list } = this.#parts;
    if (order) order.hidden = list.children.length < 2;
  }

  // ---- Writing

  #typed() {
    const { body } = this.#parts;
    if (body.value) remember(`draft:${this.#article}`, body.value);
    else forget(`draft:${this.#article}`);
    this.#count(true);
    for (const field of this.#parts.form.querySelectorAll('[aria-invalid="true"]')) {
      const [wrong, words] = this.#objection() ?? [];
      this.#complain(field, field === wrong ? words : "");
    }
  }

  /** @param {boolean} aloud whether crossing a threshold is announced */
  #count(aloud) {
    const { body, counter, announcement } = this.#parts;
    const left = LENGTH_MAX - length(body.value);
    const over = left < 0;
    counter.textContent = over ? fill(t.over, { over: -left }) : fill(t.left, { left, max: LENGTH_MAX });
    counter.classList.toggle("is-over", over);
    const crossed = SAID_AT.some((mark) => left <= mark && this.#left > mark) || (over && this.#left >= 0);
    if (aloud && crossed) announcement.textContent = counter.textContent;
    this.#left = left;
  }

  /** Why what was typed cannot be sent, if so: the field and the words. */
  #objection() {
    const { body, author } = this.#parts;
    const typed = length(body.value);
    if (typed < LENGTH_MIN) return [body, t.too_short];
    if (typed > LENGTH_MAX) {
      return [body, fill(t.too_long, { max: LENGTH_MAX, over: typed - LENGTH_MAX })];
    }
    if (this.#has("name") && !this.hasAttribute("token") && length(author.value) === 0) return [author, t.name_missing];
    return null;
  }

  /** Says beside the box what is wrong with a field, or with "" that nothing is. */
  #complain(field, words) {
    this.#parts.error.textContent = words;
    field.setAttribute("aria-invalid", String(words !== ""));
  }

  #prove() {
    this.#proof ??= prove();
    return this.#proof;
  }

  async #send() {
    if (this.#sending) return;
    const p = this.#parts;
    const objection = this.#objection();
    this.#complain(p.body, "");
    this.#complain(p.author, "");
    if (objection) {
      this.#complain(...objection);
      objection[0].focus();
      return;
    }
    this.#setSending(true);
    const sent = p.body.value;
    const comment = { author: sendable(p.author.value), body: sendable(sent), email: p.email?.value, parent: this.#parent || undefined };
    const key = this.#keyOf(comment);
    // People do not see this field; programs that fill in whatever there is give themselves away.
    comment.website = p.form.elements.website?.value;
    try {
      this.#accepted(sent, await this.#sendProven(comment, key));
    } catch (error) {
      this.#say(error.message || t.offline, true);
      const wrong = { email_invalid: p.email, name_too_long: p.author }[error.code];
      if (wrong) this.#complain(wrong, error.message);
      wrong?.focus();
    } finally {
      this.#setSending(false);
    }
  }

  /** With the answer to the service's question; one that is too old, or used, is asked anew. */
  async #sendProven(comment, key) {
    const send = async () => service.createComment(this.#article, { ...comment, ...(await this.#prove()) }, key, this.getAttribute("token"));
    try {
      return await send();
    } catch (error) {
      if (!error.code?.startsWith("challenge")) throw error;
      this.#proof = null;
      return await send();
    }
  }

  /**
   * The key of a submission. It stays the same while the same words are tried again, after a reload too: the
   * answer may have been lost on its way when the comment was not.
   */
  #keyOf({ author, body, parent = "" }) {
    const name = `sending:${this.#article}`;
    const words = `${parent}\n${author}\n${body}`;
    const [key, ...tried] = (this.#submission || (recall(name) ?? "")).split("\n");
    if (key && tried.join("\n") === words) return key;
    const made = randomKey();
    this.#submission = `${made}\n${words}`;
    remember(name, this.#submission);
    return made;
  }

  #accepted(sent, { state, message }) {
    const { body, author, form, status } = this.#parts;
    status.textContent = "";
    this.#submission = "";
    this.#proof = null;
    this.#parts.announcement.textContent = "";
    forget(`sending:${this.#article}`);
    if (author.value) remember("name", author.value);
    // What was typed while the answer was on its way belongs to the next comment.
    if (body.value === sent) {
      body.value = "";
      forget(`draft:${this.#article}`);
    }
    this.#count(false);
    if (this.#parent) {
      // Where the eye is; the form goes back to its place, for whatever comes next.
      this.#told(form.parentElement.querySelector(".comment-acts"), message);
      this.#answer();
    } else this.#say(message, false);
    if (state === "approved") this.#showPage(1);
  }

  #setSending(sending) {
    const { send } = this.#parts;
    this.#sending = sending;
    // Not `disabled`, which would throw the focus away.
    send.setAttribute("aria-disabled", String(sending));
    send.textContent = sending ? t.sending : t.send;
  }

  #say(words, isError) {
    const { status } = this.#parts;
    status.classList.toggle("is-error", isError);
    status.setAttribute("role", isError ? "alert" : "status");
    status.textContent = words;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    status.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  // ---- Reading

  /** Shows one more page; the first one anew. */
  async #showPage(page) {
    const { list, empty } = this.#parts;
    try {
      const answer = await service.comments(this.#article, { page, order: this.#order });
      if (page === 1) {
        this.#answer();
        list.replaceChildren();
        this.#parts.offer?.remove();
      }
      this.#offer(answer.features);
      const rows = answer.comments.map((comment) => this.#row(comment));
      list.append(...rows);
      this.#page = page;
      empty.hidden = list.children.length > 0;
      this.#showOrder();
      if (page > 1) rows[0]?.focus();
      if (page < answer.pages) this.#offerMore(t.more);
    } catch {
      this.#offerMore(t.retry, t.list_failed);
    }
  }

  /** A button for the next page, after words that say why, if something went wrong. */
  #offerMore(text, why = "") {
    const next = this.#page + 1;
    const offer = element("p", { class: "comments-offer" }, why && `${why} `, act(text, async (button) => {
      button.setAttribute("aria-disabled", "true");
      await this.#showPage(next);
      offer.remove();
    }, "comments-more"));
    this.#parts.offer?.remove();
    this.#parts.offer = offer;
    this.#parts.root.append(offer);
  }

  /** One approved comment with the replies to it; everything a reader wrote goes in as text. */
  #row({ id, author, body, created, likes, replies = [], replies_total: total = 0 }) {
    const row = element("li", { class: "comment", tabindex: -1, "data-comment": id, "data-likes": likes, "data-total": total },
      element("p", { class: "comment-by" },
        element("b", { class: "comment-author" }, author), " ",
        element("time", { class: "comment-date", datetime: created }, date(created))),
      element("p", { class: "comment-body" }, body),
      element("ol", { class: "comment-replies" }, ...replies.map((reply) => this.#row(reply))));
    this.#addActions(row);
    return row;
  }

  /** What can be done with a comment, below its words. */
  #addActions(row) {
    const { comment: id, total } = row.dataset;
    const author = row.querySelector(".comment-author").textContent;
    const replies = row.querySelector(".comment-replies");
    const acts = element("p", { class: "comment-acts" });
    // What the server says without script.
    if (this.#has("likes")) row.querySelector(":scope > .comment-by > .comment-likes")?.remove();
    const add = (feature, text, onPress) => {
      if (!this.#has(feature)) return null;
      const button = act(text, onPress);
      acts.append(button);
      return button;
    };
    const like = add("likes", t.like, () => this.#like(row, like));
    if (like) this.#showLikes(row, like, recall(`like:${id}`) !== null);
    add("replies", t.reply, () => this.#answer(row, author));
    add("reports", t.report, (button) => this.#report(button, id, author));
    row.querySelector(".comment-body").after(acts);
    if (Number(total) > replies?.children.length) this.#offerReplies(id, replies, 2);
  }

  #offerReplies(parent, replies, page) {
    const offer = act(t.more_replies, async () => {
      const answer = await service.comments(this.#article, { parent, page }).catch(() => this.#told(offer.parentElement.querySelector(".comment-acts"), t.failed));
      if (!answer) return;
      const rows = answer.comments.map((comment) => this.#row(comment));
      offer.remove();
      replies.append(...rows);
      rows[0]?.focus();
      if (page < answer.pages) this.#offerReplies(parent, replies, page + 1);
    });
    replies.after(offer);
  }

  #showLikes(row, button, isLiked) {
    const { likes } = row.dataset;
    button.setAttribute("aria-pressed", String(isLiked));
    button.textContent = Number(likes) > 0 ? `${t.like} (${likes})` : t.like;
  }

  async #like(row, button) {
    const { comment: id } = row.dataset;
    const liked = button.getAttribute("aria-pressed") !== "true";
    try {
      const { likes } = await service.like(id, { key: ownKey(), liked });
      row.dataset.likes = likes;
      if (liked) remember(`like:${id}`, 1);
      else forget(`like:${id}`);
      this.#showLikes(row, button, liked);
    } catch (error) {
      this.#told(button.parentElement, error.message || t.failed);
    }
  }

  /** Says something at the end of a comment's buttons. */
  #told(acts, words) {
    acts.querySelector("[role]")?.remove();
    const told = element("span", { role: "status", tabindex: -1 }, words);
    acts.append(told);
    told.focus();
  }

  /** The form goes below the comment that is answered, and without one back to its place. */
  #answer(row, author) {
    const { form, list, reply, to, body } = this.#parts;
    this.#parent = row?.dataset.comment ?? "";
    reply.hidden = !row;
    if (!row) return (this.#parts.order ?? list).before(form);
    to.textContent = fill(t.replying, { author });
    row.append(form);
    body.focus();
  }

  async #report(button, id, author) {
    const { report } = await import(address(reportAddress)).catch(() => ({}));
    if (!report) return this.#told(button.parentElement, t.failed);
    report(button, author, (reason) => service.report(id, { key: ownKey(), reason }));
  }
}

// A page may hold the line twice.
if (!customElements.get("bao-noi-comments")) customElements.define("bao-noi-comments", BaoNoiComments);
