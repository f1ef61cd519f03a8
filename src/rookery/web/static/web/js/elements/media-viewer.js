import { part } from "../models/fragments.js";

/** @param {Element} link @returns {Element | null} the log and the side panel show the same pictures: each is a row of its own */
const rowOf = (link) => link.closest("chat-log, aside");

/** Pictures and videos of the page, large, one after another. Opens for `a[data-view]`. */
export class MediaViewer extends HTMLElement {
  #bye = new AbortController();
  /** @type {HTMLAnchorElement | null} */ #link = null;

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    document.addEventListener("click", (event) => this.#opened(event), { signal });
    this.dialog.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)), { signal });
    this.dialog.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.dialog.addEventListener("close", () => this.#closed(), { signal });
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** @returns {HTMLAnchorElement[]} what can be walked through from the one shown */
  get links() {
    const all = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("a[data-view][href]")]);
    return all.filter((link) => this.#link && rowOf(link) === rowOf(this.#link));
  }

  /** @param {HTMLAnchorElement} link */
  show(link) {
    this.#link = link;
    const video = link.dataset.view === "video";
    const media = document.createElement(video ? "video" : "img");
    Object.assign(media, video ? { controls: true, autoplay: true } : { alt: link.querySelector("img")?.alt ?? "" });
    media.addEventListener("error", () => this.#fail(true));
    media.src = link.href;
    this.#fail(false);
    part(this, "stage").replaceChildren(media);
    part(this, "caption").textContent = link.dataset.caption ?? "";
    part(this, "download")?.setAttribute("href", link.href);
    const at = this.links.indexOf(link);
    this.#button("previous", at > 0);
    this.#button("next", at < this.links.length - 1);
    if (!this.dialog?.open) this.dialog?.showModal();
  }

  /** @param {1 | -1} step */
  move(step) {
    const { links } = this;
    const next = this.#link && links[links.indexOf(this.#link) + step];
    if (next) this.show(next);
  }

  /** @param {string} action @param {boolean} possible */
  #button(action, possible) {
    const button = /** @type {HTMLButtonElement | null} */ (this.querySelector(`[data-action="${action}"]`));
    if (button) button.disabled = !possible;
  }

  /** @param {boolean} failed */
  #fail(failed) {
    const error = part(this, "error");
    if (error) error.hidden = !failed;
    part(this, "stage").hidden = failed;
  }

  /** @param {MouseEvent} event */
  #opened(event) {
    const link = /** @type {Element} */ (event.target).closest?.("a[data-view][href]");
    // With a modifier the link is an ordinary one: a new tab, a download.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.show(/** @type {HTMLAnchorElement} */ (link));
  }

  /** @param {Element} target */
  #clicked(target) {
    const action = target.closest("[data-action]")?.getAttribute("data-action");
    if (action === "previous") this.move(-1);
    else if (action === "next") this.move(1);
    else if (action === "close" || target === this.dialog) this.dialog?.close();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const back = getComputedStyle(this).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (event.target instanceof HTMLVideoElement) return; // there the arrows wind
    event.preventDefault();
    this.move(event.key === back ? -1 : 1);
  }

  #closed() {
    part(this, "stage").replaceChildren();
    this.#link?.focus();
  }
}
customElements.define("media-viewer", MediaViewer);
