/**
 * A form whose button is off until everything is right: what must be filled is, and no note under a field
 * (`#<name>-note[data-tone=bad]`) says otherwise. A select `[data-hides=<id>]` hides that fieldset once something is chosen.
 */
export class ReadyForm extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    for (const name of ["input", "change"]) this.addEventListener(name, (event) => this.#look(event), { signal });
    for (const name of ["htmx:oobAfterSwap", "htmx:afterRequest"]) this.addEventListener(name, () => this.#look(), { signal });
    this.addEventListener("submit", () => this.#busy(), { signal });
    // Back from the next page, the browser may show this one as it was left.
    addEventListener("pageshow", () => this.#look(), { signal });
    this.#look();
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** @param {Event} [event] */
  #look(event) {
    const select = this.querySelector("select[data-hides]");
    const fields = select && document.getElementById(select.getAttribute("data-hides") ?? "");
    if (fields instanceof HTMLFieldSetElement) {
      const chosen = /** @type {HTMLSelectElement} */ (select).value !== "";
      fields.hidden = fields.disabled = chosen;
    }
    const typed = event?.type === "input" ? event.target : null;
    if (typed instanceof HTMLInputElement) this.#clear(typed);
    for (const input of this.querySelectorAll("input[id]")) {
      const bad = document.querySelector(`#${input.id}-note[data-tone=bad]`) !== null;
      if (bad) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    this.#button()?.toggleAttribute("disabled", !this.#isRight());
  }

  /** What was wrong is being mended. @param {HTMLInputElement} input */
  #clear(input) {
    const note = document.getElementById(`${input.id}-note`);
    if (note?.dataset.tone) [note.dataset.tone, note.textContent] = ["", ""];
  }

  #isRight() {
    if (this.querySelector("fieldset:not([hidden]) [data-tone=bad], .fields > .field > [data-tone=bad]")) return false;
    return [...this.querySelectorAll("input[required]")].every((input) => input.matches(":disabled") || /** @type {HTMLInputElement} */ (input).value.trim() !== "");
  }

  #busy() {
    const button = this.#button();
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy ?? button.textContent;
    setTimeout(() => button.toggleAttribute("disabled", true));
  }

  /** @returns {HTMLElement | null} */
  #button() {
    return this.querySelector("button[type=submit]");
  }
}
customElements.define("ready-form", ReadyForm);
