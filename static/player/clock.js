// Times of the player.

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
 * Whole hours, minutes and seconds; what is not a time counts as none.
 * @param {number} seconds
 */
export function split(seconds) {
  const whole = Math.floor(Math.max(0, seconds)) || 0;
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
}
