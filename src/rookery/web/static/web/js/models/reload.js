const PAUSE = 10_000;
const KEY = "reloaded-at";
const holds = new Set();
let wanted = false;

/**
 * Reloads the page, but never while something would be lost (an upload under way holds it), and never
 * in a circle: two reloads are at least ten seconds apart.
 */
export function reload() {
  wanted = true;
  const wait = Math.max(0, Number(sessionStorage.getItem(KEY) ?? 0) + PAUSE - Date.now());
  setTimeout(() => {
    if (holds.size) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  }, wait);
}

/** @param {object} holder until it lets go, the page stays */
export function hold(holder) {
  holds.add(holder);
}

/** @param {object} holder */
export function letGo(holder) {
  if (holds.delete(holder) && wanted && !holds.size) reload();
}
