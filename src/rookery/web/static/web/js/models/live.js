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
