import { Stored } from "../models/stored.js";
import { part } from "../models/fragments.js";

const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable]";

/**
 * Single keys outside of fields. `[data-key="e"]` elements are clicked or focused by theirs; j and k walk
 * through the list, ? opens the help, Esc leaves a field. Its dialog holds the help and the switch.
 */
export class KeyboardShortcuts extends HTMLElement {
  #bye = new AbortController();
  #off = new Stored("keys-off");

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.dialog = this.querySelector("dialog");
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest?.("[data-opens-help]") && this.help(), { signal });
    this.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("[data-action=close]") && this.dialog?.close(), { signal });
    const enabled = part(this, "enabled");
    if (enabled) enabled.checked = !this.#off.load();
    enabled?.addEventListener("change", () => this.#off.save(enabled.checked ? null : true), { signal });
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** Opens the help. */
  help() {
    if (!this.dialog?.open) this.dialog?.showModal();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], :popover-open")) return; // Esc and the rest are theirs
    if (target.matches?.(FIELDS)) {
      if (event.key === "Escape") target.blur();
    } else if (!this.#off.load() && this.#act(event.key)) event.preventDefault();
  }

  /** @param {string} key @returns {boolean} something was done */
  #act(key) {
    if (key === "?") return (this.help(), true);
    const list = /** @type {any} */ (document.querySelector("conversation-list"));
    if (key === "j" || key === "k") return list ? (list.move(key === "j" ? 1 : -1), true) : false;
    if (key.length !== 1 && key !== "Escape") return false;
    const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`));
    const one = [...all].find((element) => element.checkVisibility());
    if (!one) return false;
    if (one.matches(FIELDS)) one.focus();
    else one.click();
    return true;
  }
}
customElements.define("keyboard-shortcuts", KeyboardShortcuts);
