/** Puts the unread count before the page's title, and keeps it there when something else sets the title. */
export class PageTitle {
  #count = 0;
  #shown = "";

  /** @param {AbortSignal} signal */
  constructor(signal) {
    const watcher = new MutationObserver(() => document.title !== this.#shown && this.show(this.#count));
    watcher.observe(document.head, { childList: true, subtree: true, characterData: true });
    signal.addEventListener("abort", () => watcher.disconnect());
  }

  /** @param {number} count */
  show(count) {
    this.#count = count;
    const plain = document.title.replace(/^\(\d+\+?\) /, "");
    this.#shown = count > 0 ? `(${count > 99 ? "99+" : count}) ${plain}` : plain;
    if (document.title !== this.#shown) document.title = this.#shown;
  }
}
