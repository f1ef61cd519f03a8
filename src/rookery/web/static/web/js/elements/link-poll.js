/** Asks every second or two: what fails is tried again, so it needs no flash each time. */
export class LinkPoll extends HTMLElement {
  connectedCallback() {
    for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) this.addEventListener(name, this.#quiet);
  }

  /** @param {Event} event */
  #quiet = (event) => event.stopPropagation();
}
customElements.define("link-poll", LinkPoll);
