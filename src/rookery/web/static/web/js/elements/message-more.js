/**
 * What a bubble tells when it is asked: versions, readers, a deleted text. One popover for the page, which buttons open
 * (`popovertarget`) and htmx fills; closed it holds nothing, so that nobody sees the last one's words.
 */
export class MessageMore extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.addEventListener("toggle", (event) => /** @type {ToggleEvent} */ (event).newState === "closed" && this.replaceChildren(), { signal });
    // An answer that comes after it was closed again is not kept either.
    this.addEventListener("htmx:beforeSwap", (event) => this.matches(":popover-open") || event.preventDefault(), { signal });
  }

  disconnectedCallback() {
    this.#bye.abort();
  }
}
customElements.define("message-more", MessageMore);
