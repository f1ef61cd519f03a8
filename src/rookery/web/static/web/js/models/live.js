import { Cursor } from "./cursor.js";

/**
 * Listens to the page's <live-stream> (by its id, since its events do not bubble). A page without one works too.
 * @param {Record<string, (detail: any) => void>} handlers by event name
 * @param {AbortSignal} signal ends the listening
 */
export function listen(handlers, signal) {
  const live = document.getElementById("live");
  for (const [name, handler] of Object.entries(handlers))
    live?.addEventListener(name, (event) => handler(/** @type {CustomEvent} */ (event).detail ?? {}), { signal });
}

/**
 * @param {string | null} cursor of something that was on its way here while the page already listened
 * @returns {boolean} the stream has told of more by now, and will not tell it again
 */
export function toldMore(cursor) {
  const [told, own] = [Cursor.parse(document.getElementById("live")?.getAttribute("cursor")), Cursor.parse(cursor)];
  return Boolean(told && own && told.comparable(own) && told.isAfter(own));
}
