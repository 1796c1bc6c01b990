// What the player says, in the language of the page around it.

import { fill } from "../words.js";
import { split } from "./clock.js";
import en from "../texts.en.json#player";
import vi from "../texts.json#player";

/**
 * Whether the nearest `lang` says English; everything else is taken for Vietnamese.
 * @param {Element} element
 */
export function isEnglish(element) {
  return /^en\b/i.test(element.closest("[lang]")?.getAttribute("lang") ?? "vi");
}

/** @param {Element} element */
export function textsFor(element) {
  return isEnglish(element) ? en : vi;
}

/**
 * A time as a screen reader should say it: `3 phút 12 giây`.
 * @param {typeof vi} t
 * @param {number} seconds
 */
export function spokenTime(t, seconds) {
  const [hours, minutes, rest] = split(seconds);
  const said = [];
  if (hours > 0) said.push(fill(t.hours, { hours }));
  if (minutes > 0) said.push(fill(t.minutes, { minutes }));
  if (rest > 0 || said.length === 0) said.push(fill(t.seconds, { seconds: rest }));
  return said.join(" ");
}
