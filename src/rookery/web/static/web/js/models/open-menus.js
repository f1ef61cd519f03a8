/** @type {Set<Element>} parts of the page that missed a refresh because a menu in them was open */
const late = new Set();

/**
 * A live refresh must not close a menu under somebody's hand: it is left out, and made up for later.
 * @param {any} event htmx:beforeRequest, or htmx:beforeSwap for what was asked before the menu was opened
 */
export function spareOpenMenu(event) {
  const { target, requestConfig } = event.detail;
  const elt = requestConfig?.elt;
  if (requestConfig?.verb !== "get" || elt !== target || !elt.querySelector(":popover-open")) return;
  event.preventDefault();
  late.add(elt);
}

/** @param {any} event toggle: a menu was opened or closed */
export function makeUpFor({ target, newState }) {
  if (newState !== "closed") return;
  for (const elt of late) {
    if (elt.isConnected && !elt.contains(target)) continue;
    late.delete(elt);
    // What was swapped meanwhile is up to date already.
    if (elt.isConnected) window.htmx?.ajax("GET", elt.getAttribute("hx-get"), { source: elt, target: elt });
  }
}
