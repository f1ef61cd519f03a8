import { enliven } from "./fragments.js";
import { patch } from "./morph.js";
import { orderOf, pendingOrder, successor } from "./order.js";

/** @param {Element} bubble @returns {number} a pending bubble of this page is older than anything the server renders */
const versionOf = (bubble) => Number(bubble.getAttribute("data-version") ?? -1);

/** @param {Element} log @returns {NodeListOf<Element>} */
const ordered = (log) => log.querySelectorAll(":scope > [data-order]");

/** @param {Element} log @param {Element} fresh @returns {Element | null} the bubble that it is a newer form of */
function twin(log, fresh) {
  const same = document.getElementById(fresh.id);
  if (same && log.contains(same)) return same;
  const id = fresh.getAttribute("data-id");
  return id ? log.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`) : null;
}

/** @param {Element} log @param {Element} bubble */
function insert(log, bubble) {
  log.insertBefore(bubble, successor(ordered(log), orderOf(bubble)));
}

/** @param {Element} log @param {Element} bubble @returns {boolean} it no longer stands in order */
function misplaced(log, bubble) {
  const list = [...ordered(log)];
  const at = list.indexOf(bubble);
  const [before, after] = [list[at - 1], list[at + 1]];
  return Boolean((before && orderOf(before) > orderOf(bubble)) || (after && orderOf(after) < orderOf(bubble)));
}

/** @param {Element} log @param {Element} old @param {Element} fresh @returns {Element} the one that now stands there */
function renew(log, old, fresh) {
  const pending = !old.hasAttribute("data-version");
  if (pending || old.id !== fresh.id) old.replaceWith(fresh);
  else patch(old, fresh);
  const bubble = pending || old.id !== fresh.id ? fresh : old;
  if (misplaced(log, bubble)) {
    bubble.remove();
    insert(log, bubble);
  }
  return bubble;
}

/**
 * Puts bubbles where they belong; the same message never stands twice, an older version never wins.
 * @param {Element} log
 * @param {Iterable<Element>} fresh as rendered; `data-gone` ones are taken away
 * @param {string} [floor] order of the oldest message loaded, when there are older ones: a change to a
 *   message above it is not shown (it would stand out of its place); it comes with its page
 * @returns {{added: Element[], changed: Element[]}}
 */
export function merge(log, fresh, floor = "") {
  /** @type {{added: Element[], changed: Element[]}} */
  const result = { added: [], changed: [] };
  for (const bubble of [...fresh]) {
    const old = twin(log, bubble);
    if (bubble.hasAttribute("data-gone")) old?.remove();
    else if (!old && orderOf(bubble) >= floor) {
      insert(log, bubble);
      result.added.push(bubble);
    } else if (old && versionOf(bubble) > versionOf(old)) result.changed.push(renew(log, old, bubble));
  }
  for (const bubble of [...result.added, ...result.changed]) enliven(bubble);
  return result;
}

let count = 0;

/** @param {Element} log @param {HTMLElement} bubble of a message on its way; goes (again) to the end */
export function appendPending(log, bubble) {
  bubble.remove();
  const all = ordered(log);
  bubble.dataset.order = pendingOrder(all.length ? orderOf(all[all.length - 1]) : "", (count += 1));
  insert(log, bubble);
}

/** @param {Element} log @returns {string} order of the oldest message loaded */
export function oldest(log) {
  const first = log.querySelector(":scope > [data-order][data-id]");
  return first ? orderOf(first) : "";
}

/** @param {Element} log @returns {string} id of the last message that the server knows */
export function newestId(log) {
  const known = log.querySelectorAll(":scope > [data-id]");
  return known[known.length - 1]?.getAttribute("data-id") ?? "";
}
