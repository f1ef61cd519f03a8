import { oldest } from "./bubbles.js";
import { fetchPage } from "./message-pages.js";

const PAUSE = 2000; // ms before older messages are asked for again after a failure

/** Loads the pages above a log, one at a time; its `before` attribute says where they begin ("" = none). */
export class OlderPages {
  /** @type {Promise<boolean> | null} */ #loading = null;
  #notBefore = 0;

  /** @param {HTMLElement} log @param {{onPage: (bubbles: Element[]) => void, signal: AbortSignal}} options */
  constructor(log, { onPage, signal }) {
    this.log = log;
    this.onPage = onPage;
    this.failed = /** @type {HTMLElement | null} */ (document.querySelector(`[data-older="${log.id}"]`));
    this.failed?.addEventListener("click", () => this.load(), { signal });
  }

  /** Loads more when the view is near the top. */
  near() {
    const { scrollTop, clientHeight } = this.log;
    if (clientHeight && scrollTop < clientHeight * 1.5 && performance.now() > this.#notBefore) this.load();
  }

  /** @returns {Promise<boolean>} false when there is nothing older, or it did not come */
  load() {
    if (!this.log.getAttribute("before")) return Promise.resolve(false);
    this.#loading ??= this.#fetch().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #fetch() {
    const { log } = this;
    log.setAttribute("aria-busy", "true");
    const query = { before: log.getAttribute("before") ?? "" };
    const page = await fetchPage(log.getAttribute("src") ?? "", query).catch(() => undefined);
    log.removeAttribute("aria-busy");
    if (page === undefined) this.#notBefore = performance.now() + PAUSE;
    if (this.failed) this.failed.hidden = page !== undefined;
    if (!page) return false;
    this.onPage(page.bubbles);
    log.setAttribute("before", page.before ?? (page.bubbles.length ? oldest(log) : ""));
    if (!log.getAttribute("before")) log.dispatchEvent(new CustomEvent("older-exhausted"));
    requestAnimationFrame(() => this.near()); // a short page may leave the view still near the top
    return true;
  }
}
