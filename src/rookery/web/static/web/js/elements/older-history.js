import { oldest } from "../models/bubbles.js";
import { post } from "../models/http.js";
import { listen } from "../models/live.js";
import { ChatLog } from "./chat-log.js";

/**
 * What stands above a log that has shown all it has: the gateway may know older messages, and is asked when somebody
 * scrolls on, or presses the button. Attributes: for (the log's id), src (asking), conversation, state.
 * Inside: `[data-state=…]` for "", asked, none and failed; `[data-action=ask]`.
 */
export class OlderHistory extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.log = /** @type {ChatLog | null} */ (document.getElementById(this.getAttribute("for") ?? ""));
    this.#show(this.getAttribute("state") ?? "");
    this.exhausted = Boolean(this.log) && !this.log?.getAttribute("before");
    this.#place();
    this.log?.addEventListener("older-exhausted", () => ((this.exhausted = true), this.#place()), { signal });
    this.log?.addEventListener("scroll", () => this.#place(), { signal, passive: true });
    this.log?.addEventListener("wheel", (event) => event.deltaY < 0 && this.#pulled(), { signal, passive: true });
    this.log?.addEventListener("touchmove", () => this.#pulled(), { signal, passive: true });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    listen({ "conversation.changed": (/** @type {any} */ fact) => this.#answered(fact) }, signal);
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** It stands over the log's upper end, so it shows only there. */
  #place() {
    this.hidden = !this.exhausted || (this.log?.scrollTop ?? 0) > 40;
  }

  /** Somebody wants to see more than there is. */
  #pulled() {
    if (!this.hidden && this.state === "" && this.log && this.log.scrollTop <= 0) this.ask();
  }

  /** @param {Event} event */
  #clicked(event) {
    if (/** @type {Element} */ (event.target).closest("[data-action=ask]")) this.ask();
  }

  /** Asks the gateway; its answer comes through the stream. */
  async ask() {
    if (this.state === "asked" || this.state === "none") return;
    this.#show("asked");
    try {
      const response = await post(this.getAttribute("src") ?? "", {});
      const { state } = await response.json();
      if (this.state === "asked") this.#show(state === "some" ? "asked" : state);
    } catch {
      this.#show("failed");
    }
  }

  /** @param {{conversation: number | string, older?: string}} fact */
  #answered({ conversation, older }) {
    if (!older || String(conversation) !== this.getAttribute("conversation")) return;
    if (older !== "some") return this.#show(older);
    this.#show("");
    this.exhausted = false;
    this.#place();
    if (!this.log) return;
    this.log.setAttribute("before", oldest(this.log));
    this.log.older?.load();
  }

  /** @param {string} state */
  #show(state) {
    this.state = state;
    for (const words of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-state]")))
      words.hidden = words.dataset.state !== state;
  }
}
customElements.define("older-history", OlderHistory);
