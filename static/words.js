// How the interface says things: texts with places to fill, times and dates in Vietnamese.

import texts from "./texts.js";

export { texts };

/**
 * Fills the places of a text: `fill("{a} trên {b}", { a: 1, b: 2 })`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{([a-z]+)\}/g, (place, name) => String(values[name] ?? place));
}

/**
 * `192.4` -> `03:12`, and `1:00:00` from an hour on, as `Millis::clock` in src/domain/units.rs.
 * @param {number} seconds
 */
export function clock(seconds) {
  const [hours, minutes, rest] = split(seconds);
  const two = (number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/**
 * The same time as a screen reader should say it: `3 phút 12 giây`.
 * @param {number} seconds
 */
export function spokenTime(seconds) {
  const [hours, minutes, rest] = split(seconds);
  const said = [];
  if (hours > 0) said.push(fill(texts.player.hours, { hours }));
  if (minutes > 0) said.push(fill(texts.player.minutes, { minutes }));
  if (rest > 0 || said.length === 0) said.push(fill(texts.player.seconds, { seconds: rest }));
  return said.join(" ");
}

/** Whole hours, minutes and seconds; what is not a time counts as none. */
function split(seconds) {
  const whole = Math.floor(Math.max(0, seconds)) || 0;
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
}

const DATE = new Intl.DateTimeFormat("vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/**
 * `dd/mm/yyyy HH:MM` in Vietnam, as the server writes it.
 * @param {string} moment RFC 3339
 */
export function date(moment) {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return "";
  const part = Object.fromEntries(DATE.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.day}/${part.month}/${part.year} ${part.hour}:${part.minute}`;
}
