const ABOVE = 44; // px: the day stays readable, and a little of what was read before

/**
 * Reading goes on at the line above the new messages when they do not all fit; the pill leads to the newest.
 * @param {any} log a chat-log at its end @param {number} unread
 */
export function goOn(log, unread) {
  const line = log.querySelector(":scope > .unread-line");
  if (!line || line.getBoundingClientRect().top >= log.getBoundingClientRect().top + ABOVE) return;
  log.anchor.toTop(line, ABOVE);
  log.pill.add(unread);
}
