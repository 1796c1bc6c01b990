// Where an article's sentences stand on a page: in elements that the server marked with `data-cue`, or in
// the words of a publisher's own page, which is left as it is.

/** Skipped when words are looked for. */
const NOT_TEXT = "script, style, noscript, template, bao-noi, bao-noi-comments, [hidden]";
/** A sentence of fewer letters is looked for only so far ahead: "Có." stands everywhere. */
const LETTERS_SURE = 24;
const AHEAD_MAX = 3000;

/**
 * @typedef {object} Sentence
 * @property {number} index of its cue
 * @property {Range} range
 * @property {HTMLElement | null} element when it has one of its own
 */

/**
 * The sentences that were found below an element, in the order of the text.
 * @param {Element} root
 * @param {{ index: number, text: string }[]} cues
 * @returns {Sentence[]}
 */
export function sentencesOf(root, cues) {
  const marked = [...root.querySelectorAll("[data-cue]")];
  if (marked.length > 0) return marked.map(ofElement);
  const { text, places } = lettersOf(root);
  const found = [];
  let from = 0;
  for (const { index, text: written } of cues) {
    const wanted = letters(written).join("");
    const at = wanted ? text.indexOf(wanted, from) : -1;
    if (at < 0 || (wanted.length < LETTERS_SURE && at - from > AHEAD_MAX)) continue;
    from = at + wanted.length;
    const range = document.createRange();
    range.setStart(places[at].node, places[at].start);
    range.setEnd(places[from - 1].node, places[from - 1].end);
    found.push({ index, range, element: null });
  }
  return found;
}

function ofElement(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  return { index: Number(element.dataset.cue), range, element };
}

/**
 * All letters below an element as one string without space, and where each code unit of it stands: a page
 * may break lines, mark words and compose letters otherwise than the article that was read.
 */
function lettersOf(root) {
  const places = [];
  let text = "";
  const accept = (node) => (node.parentElement.closest(NOT_TEXT) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, accept);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let start = 0;
    for (const piece of pieces(node.data)) {
      const end = start + piece.length;
      for (const letter of letters(piece)) {
        for (let unit = 0; unit < letter.length; unit += 1) places.push({ node, start, end });
        text += letter;
      }
      start = end;
    }
  }
  return { text, places };
}

/** A letter with the marks that follow it, each a piece. */
const pieces = (text) => text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];

/** Composed, without space and what shows nothing. */
const letters = (text) => pieces(text.normalize("NFC")).filter((piece) => !/^[\s\u00ad\u200b-\u200f\u2060\ufeff]/u.test(piece));
