const FLASH = 1500;
const PAGES = 20;

/**
 * Shows the message that a quote points to, loading older pages until it is there.
 * @param {HTMLElement} log @param {string} id of the message @param {() => Promise<boolean>} older loads a page; false: no more
 * @returns {Promise<boolean>} false when it is out of reach
 */
export async function jumpTo(log, id, older) {
  const find = () => /** @type {HTMLElement | null} */ (log.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`));
  for (let page = 0; !find() && page < PAGES; page += 1) if (!(await older())) break;
  const bubble = find();
  if (!bubble) return false;
  bubble.scrollIntoView({ block: "center" });
  bubble.classList.add("flash");
  bubble.tabIndex = -1;
  bubble.focus({ preventScroll: true });
  setTimeout(() => bubble.classList.remove("flash"), FLASH);
  return true;
}

/**
 * @param {Element} bubble
 * @returns {import("./draft-store.js").Quote} what the composer needs to answer it
 */
export function quoteOf(bubble) {
  const author = bubble.querySelector("[data-author-name]")?.getAttribute("data-author-name");
  const text = bubble.querySelector(".text")?.textContent ?? bubble.getAttribute("data-say") ?? "";
  return {
    id: bubble.getAttribute("data-id") ?? "",
    author: author ?? bubble.querySelector(".name")?.textContent ?? "",
    text: text.trim().slice(0, 200),
  };
}
