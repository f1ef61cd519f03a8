import { clone } from "./fragments.js";
import { orderOf, timeOf } from "./order.js";

/** @param {Date} time @returns {string} YYYY-MM-DD where the browser is */
export function localDay(time) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** @param {Element} bubble @returns {string} bubbles of one speaker in a row close ranks; activities never do */
function speaker(bubble) {
  const side = ["in", "out", "note"].find((name) => bubble.classList.contains(name));
  return side ? `${side} ${bubble.getAttribute("data-author") ?? ""}` : "";
}

/** @param {string} day @returns {HTMLElement} */
function dayLine(day) {
  const line = clone(document.querySelector("template#day-line")) ?? document.createElement("p");
  line.classList.add("day");
  line.dataset.day = day;
  line.querySelector("local-time")?.setAttribute("datetime", day);
  return line;
}

/** @param {Element} bubble @param {HTMLElement} line puts the day's line before it, and before its "new" line */
function place(bubble, line) {
  let below = bubble;
  while (below.previousElementSibling?.classList.contains("unread-line")) below = below.previousElementSibling;
  if (below.previousElementSibling !== line) below.before(line);
}

/**
 * Makes the day lines true for this browser's time zone and marks the first bubble of each run.
 * @param {HTMLElement} log
 */
export function arrange(log) {
  /** @type {Map<string, HTMLElement>} */
  const lines = new Map();
  for (const line of log.querySelectorAll(":scope > .day")) lines.set(line.getAttribute("data-day") ?? "", /** @type {HTMLElement} */ (line));
  const used = new Set();
  let day = "";
  let run = "";
  for (const bubble of log.querySelectorAll(":scope > [data-order]")) {
    const own = localDay(timeOf(orderOf(bubble)));
    if (own !== day && !used.has(own)) {
      const line = lines.get(own) ?? dayLine(own);
      place(bubble, line);
      used.add(line);
      used.add(own);
      run = "";
    }
    day = own;
    const said = speaker(bubble);
    const fresh = said !== run || !said || bubble.previousElementSibling?.classList.contains("unread-line");
    bubble.classList.toggle("first", Boolean(said && fresh));
    run = said;
  }
  for (const line of log.querySelectorAll(":scope > .day")) if (!used.has(line)) line.remove();
}
