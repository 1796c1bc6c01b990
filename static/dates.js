// Dates as the server writes them.

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
 * `dd/mm/yyyy HH:MM` in Vietnam.
 * @param {string} moment RFC 3339
 */
export function date(moment) {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return "";
  const part = Object.fromEntries(DATE.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.day}/${part.month}/${part.year} ${part.hour}:${part.minute}`;
}
