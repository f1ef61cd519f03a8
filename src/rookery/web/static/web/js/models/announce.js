const MOST = 3;
/** @type {string[]} */
let waiting = [];
let timer = 0;

/** Says something once through the page's polite region; a burst is said together, only its last few. @param {string} text */
export function announce(text) {
  if (text.trim()) waiting.push(text.trim());
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.querySelector("[data-announce]");
    const said = waiting.slice(-MOST).join(" ");
    // The same words again are only read when the text differs.
    if (region) region.textContent = region.textContent === said ? `${said}\u00a0` : said;
    waiting = [];
  }, 250);
}

/** @param {Element} bubble @returns {string} */
export function spoken(bubble) {
  return bubble.getAttribute("data-say") ?? [".name", ".text"].map((part) => bubble.querySelector(part)?.textContent ?? "").join(" ");
}
