/**
 * The order of a conversation: `data-order` is `<unix seconds, 12 digits>.<tie>` and compares as a
 * plain string, so that the page sorts exactly as the database does.
 */

/** @param {Element} element @returns {string} */
export const orderOf = (element) => element.getAttribute("data-order") ?? "";

/** @param {string} order @returns {Date} the message's time */
export const timeOf = (order) => new Date(Number(order.split(".", 1)[0]) * 1000);

/**
 * @param {Iterable<Element>} ordered elements in order
 * @param {string} order
 * @returns {Element | null} the one before which something of this order belongs; null: at the end
 */
export function successor(ordered, order) {
  const list = [...ordered];
  let at = list.length;
  while (at > 0 && orderOf(list[at - 1]) > order) at -= 1;
  return list[at] ?? null;
}

/**
 * Our own bubble stands after the newest message of the chat until the server has given it its place.
 * @param {string} newest order of the last bubble, "" when there is none
 * @param {number} count makes two of one second keep their order
 * @param {number} [now] milliseconds
 * @returns {string}
 */
export function pendingOrder(newest, count, now = Date.now()) {
  const second = Math.max(Number(newest.split(".", 1)[0] || 0), Math.floor(now / 1000));
  return `${String(second).padStart(12, "0")}.~${String(count).padStart(6, "0")}`; // ~ sorts after letters and digits
}
