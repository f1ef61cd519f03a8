/** The button that says how many messages came below while the reader was further up. */
export class NewestPill {
  #missed = 0;

  /** @param {string} log id of the log it belongs to @param {{onClick: () => void, signal: AbortSignal}} options */
  constructor(log, { onClick, signal }) {
    this.button = /** @type {HTMLElement | null} */ (document.querySelector(`[data-newest="${log}"]`));
    this.button?.addEventListener("click", onClick, { signal });
  }

  /** @param {number} count */
  add(count) {
    this.#show(this.#missed + count);
  }

  /** The reader is at the newest message. */
  clear() {
    this.#show(0);
  }

  /** @param {number} missed */
  #show(missed) {
    this.#missed = missed;
    if (!this.button) return;
    this.button.hidden = !missed;
    const count = this.button.querySelector("[data-count]");
    if (count) count.textContent = String(missed);
  }
}
