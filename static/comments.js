// <bao-noi-comments article="ID">: the comment box and the approved comments.
//
// On our own pages it enhances the form that the server rendered; on a publisher's page, where there
// is none, it builds the same form in its shadow root. `total` and `shown` say how much of the list
// the server rendered.

import { comments as askForComments, createComment } from "./requests.js";
import { date } from "./dates.js";
import { dress, element } from "./element.js";
import { forget, recall, remember } from "./memory.js";
import { fill } from "./words.js";
import css from "./comments.css";
import t from "./texts.json#comments";

/** The limits of src/domain/comment.rs, in characters as a reader counts them. */
const LENGTH_MIN = 5;
const LENGTH_MAX = 500;
const NAME_LENGTH_MAX = 60;
/** What is left when the counter is also said aloud. */
const SAID_AT = [100, 50, 20, 0];

/** White space and what shows nothing, as `is_invisible` in src/domain/comment.rs. */
const INVISIBLE = "[\\p{White_Space}\\u00ad\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2060-\\u2064\\u2800\\u3164\\ufeff\\uffa0]+";
const OUTER_SPACE = new RegExp(`^${INVISIBLE}|${INVISIBLE}$`, "gu");
const segmenter = Intl.Segmenter ? new Intl.Segmenter("vi", { granularity: "grapheme" }) : null;

/** White space off both ends, then NFC: exactly what the server keeps. */
function trimmed(text) {
  return text.replace(OUTER_SPACE, "").normalize("NFC");
}

/**
 * The length of a text as a reader counts it: extended grapheme clusters of the trimmed NFC text,
 * the same as `length` in src/domain/comment.rs.
 * @param {string} text
 */
function length(text) {
  let count = 0;
  for (const _character of segmenter ? segmenter.segment(trimmed(text)) : trimmed(text)) count += 1;
  return count;
}

/** The section as the server renders it in templates/parts.html, for pages that are not ours. */
function section(article) {
  const id = (name) => `baonoi-${name}-${article}`;
  const label = (name, ...content) => element("label", { class: "comments-label", for: id(name) }, ...content);
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
        element("label", {}, "Website ", element("input", { name: "website", tabindex: -1, autocomplete: "off" }))),
      element("div", { class: "comments-row" },
        element("p", { class: "comments-sign" },
          label("author", `${t.author} `, element("span", { class: "comments-optional" }, `(${t.optional})`)),
          element("input", { class: "comments-field comments-author", id: id("author"), name: "author", autocomplete: "nickname" })),
        element("button", { class: "comments-send", type: "submit" }, t.send)),
      element("p", { class: "comments-note" }, t.moderated)),
    element("ol", { class: "comments-list", "aria-label": t.list }),
    element("p", { class: "comments-empty", hidden: true }, t.empty));
}

/** One approved comment; everything a reader wrote goes in as text. */
function item({ author, body, created }) {
  return element("li", { class: "comment", tabindex: -1 },
    element("p", { class: "comment-by" },
      element("b", { class: "comment-author" }, author), " ",
      element("time", { class: "comment-date", datetime: created }, date(created))),
    element("p", { class: "comment-body" }, body));
}

class BaoNoiComments extends HTMLElement {
  static observedAttributes = ["article"];

  /** The parts of the section, by name. */
  #parts = null;
  #article = "";
  #sending = false;
  /** The key of the submission that is tried, and its words. */
  #submission = "";
  /** How much was left when the counter last changed. */
  #left = LENGTH_MAX;
  /** The last page of the list that is shown. */
  #page = 0;

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
    if (!rendered) this.#showPage(1);
    else this.#continueList();
  }

  #build() {
    const root = section(this.#article);
    const outside = element("div", { class: "comments-outside" }, root);
    const shadow = this.attachShadow({ mode: "open" });
    dress(shadow, css);
    shadow.append(outside);
    return root;
  }

  #take(root) {
    const part = (name) => root.querySelector(`.comments-${name}`);
    const p = {
      root, form: part("form"), status: part("status"), body: part("body"), author: part("author"),
      error: part("error"), counter: part("counter"), announcement: part("announcement"),
      send: part("send"), list: part("list"), empty: part("empty"),
    };
    this.#parts = p;
    p.form.noValidate = true;
    p.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    p.body.addEventListener("input", () => this.#typed());
    p.author.addEventListener("input", () => this.#complain(p.author, ""));
    // What the server gave back after a failed post is newer than the draft.
    p.body.value ||= recall(`draft:${this.#article}`) ?? "";
    p.author.value ||= recall("name") ?? "";
    this.#count(false);
  }

  // ---- Writing

  #typed() {
    const { body } = this.#parts;
    if (body.value) remember(`draft:${this.#article}`, body.value);
    else forget(`draft:${this.#article}`);
    this.#count(true);
    if (body.getAttribute("aria-invalid") === "true") {
      const [field, words] = this.#objection() ?? [];
      this.#complain(body, field === body ? words : "");
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
    if (length(author.value) > NAME_LENGTH_MAX) {
      return [author, fill(t.name_too_long, { max: NAME_LENGTH_MAX })];
    }
    return null;
  }

  /** Says beside the box what is wrong with a field, or with "" that nothing is. */
  #complain(field, words) {
    const { error } = this.#parts;
    error.textContent = words;
    field.setAttribute("aria-invalid", String(words !== ""));
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
    const comment = { author: wellFormed(trimmed(p.author.value)), body: wellFormed(trimmed(sent)) };
    // People do not see this field; programs that fill in whatever there is give themselves away.
    const website = p.form.elements.website?.value;
    try {
      await createComment(this.#article, { ...comment, website }, this.#keyOf(comment));
      this.#accepted(sent);
    } catch (error) {
      this.#say(error.message || t.offline, true);
    } finally {
      this.#setSending(false);
    }
  }

  /**
   * The key of a submission. It stays the same while the same words are tried again, after a reload too: the
   * answer may have been lost on its way when the comment was not.
   */
  #keyOf({ author, body }) {
    const name = `sending:${this.#article}`;
    const words = `${author}\n${body}`;
    const [key, ...tried] = (this.#submission || (recall(name) ?? "")).split("\n");
    if (key && tried.join("\n") === words) return key;
    const made = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#submission = `${made}\n${words}`;
    remember(name, this.#submission);
    return made;
  }

  #accepted(sent) {
    const { body, author } = this.#parts;
    this.#submission = "";
    this.#parts.announcement.textContent = "";
    forget(`sending:${this.#article}`);
    if (author.value) remember("name", author.value);
    // What was typed while the answer was on its way belongs to the next comment.
    if (body.value === sent) {
      body.value = "";
      forget(`draft:${this.#article}`);
    }
    this.#count(false);
    this.#say(t.accepted, false);
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

  /** The server rendered the first page: offer the rest, if there is one. */
  #continueList() {
    this.#page = 1;
    const total = Number(this.getAttribute("total"));
    if (total > Number(this.getAttribute("shown"))) this.#offer(t.more);
  }

  async #showPage(page) {
    const { list, empty } = this.#parts;
    try {
      const answer = await askForComments(this.#article, page);
      const items = answer.comments.map(item);
      list.append(...items);
      this.#page = page;
      empty.hidden = list.children.length > 0;
      if (page > 1) items[0]?.focus();
      if (page < answer.pages) this.#offer(t.more);
    } catch {
      this.#offer(t.retry, t.list_failed);
    }
  }

  /** A button for the next page, after words that say why, if something went wrong. */
  #offer(text, why = "") {
    const button = element("button", { class: "comments-more", type: "button" }, text);
    const offer = element("p", { class: "comments-offer" }, why && `${why} `, button);
    button.addEventListener("click", async () => {
      button.setAttribute("aria-disabled", "true");
      await this.#showPage(this.#page + 1);
      offer.remove();
    });
    this.#parts.root.append(offer);
  }
}

/** A lone half of a surrogate pair cannot be sent as UTF-8; it becomes U+FFFD. */
function wellFormed(text) {
  return text.toWellFormed?.() ?? text;
}

// A page may hold the line twice.
if (!customElements.get("bao-noi-comments")) customElements.define("bao-noi-comments", BaoNoiComments);
