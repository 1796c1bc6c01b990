// What was typed, as the server keeps and counts it.

/** White space and what shows nothing, as `is_invisible` in src/domain/comment.rs. */
const INVISIBLE = "[\\p{White_Space}\\u00ad\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2060-\\u2064\\u2800\\u3164\\ufeff\\uffa0]+";
const OUTER_SPACE = new RegExp(`^${INVISIBLE}|${INVISIBLE}$`, "gu");
const segmenter = Intl.Segmenter ? new Intl.Segmenter("vi", { granularity: "grapheme" }) : null;

/** White space off both ends, then NFC: exactly what the server keeps. */
function trimmed(text) {
  return text.replace(OUTER_SPACE, "").normalize("NFC");
}

/** The same as it can be sent: a lone half of a surrogate pair becomes U+FFFD. */
export function sendable(text) {
  return trimmed(text).toWellFormed?.() ?? trimmed(text);
}

/**
 * The length of a text as a reader counts it: extended grapheme clusters of the trimmed NFC text,
 * the same as `length` in src/domain/comment.rs.
 * @param {string} text
 */
export function length(text) {
  let count = 0;
  for (const _character of segmenter ? segmenter.segment(trimmed(text)) : trimmed(text)) count += 1;
  return count;
}
