import { listen } from "../models/live.js";
import { part } from "../models/fragments.js";

/** One line about the lost connection, or the ended session. Children: [data-when=offline|signed-out], data-part=since. */
export class ConnectionBanner extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    if (!this.hasAttribute("role")) this.setAttribute("role", "status");
    listen({ "live-offline": () => this.#show("offline"), "live-online": () => this.#show(""), "live-signed-out": () => this.#show("signed-out") }, signal);
    document.addEventListener("signed-out", () => this.#show("signed-out"), { signal });
    this.#show(document.documentElement.dataset.live ?? "");
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** @param {string} state */
  #show(state) {
    const lines = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-when]"));
    for (const line of lines) line.hidden = line.dataset.when !== state;
    const since = part(this, "since");
    if (since && state === "offline") since.setAttribute("datetime", new Date().toISOString());
    if (since) since.hidden = state !== "offline";
    this.hidden = ![...lines].some((line) => !line.hidden);
  }
}
customElements.define("connection-banner", ConnectionBanner);
