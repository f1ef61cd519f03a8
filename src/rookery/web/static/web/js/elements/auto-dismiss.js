/** A short message that leaves by itself, though not while it is read. Attributes: after (ms, 0 stays). */
export class AutoDismiss extends HTMLElement {
  #timer = 0;
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    const wait = () => this.#wait();
    const stay = () => clearTimeout(this.#timer);
    for (const [event, act] of /** @type {[string, () => void][]} */ ([["pointerenter", stay], ["focusin", stay], ["pointerleave", wait], ["focusout", wait]]))
      this.addEventListener(event, act, { signal });
    this.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("[data-action=dismiss]") && this.remove(), { signal });
    this.#wait();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#bye.abort();
  }

  #wait() {
    clearTimeout(this.#timer);
    const after = Number(this.getAttribute("after") ?? 6000);
    if (after > 0) this.#timer = setTimeout(() => this.remove(), after);
  }
}
customElements.define("auto-dismiss", AutoDismiss);
