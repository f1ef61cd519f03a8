/** Counts seconds to nothing, then shows `[data-over]` in place of `[data-left]`. Attributes: seconds. */
export class CountDown extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    const end = Date.now() + Number(this.getAttribute("seconds") ?? 0) * 1000;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#say(Math.max(0, Math.ceil((end - Date.now()) / 1000))), 250);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  /** @param {number} left */
  #say(left) {
    const shown = this.querySelector("[data-seconds]");
    if (shown && shown.textContent !== String(left)) shown.textContent = String(left);
    if (left > 0) return;
    clearInterval(this.#timer);
    this.querySelector("[data-left]")?.toggleAttribute("hidden", true);
    this.querySelector("[data-over]")?.toggleAttribute("hidden", false);
  }
}
customElements.define("count-down", CountDown);
