import { claimIcon, paintIcon } from "../models/favicon.js";
import { post } from "../models/http.js";
import { listen } from "../models/live.js";
import { PageTitle } from "../models/page-title.js";
import { chime, myTurn, rings } from "../models/sound.js";

/**
 * The unread count in the title and the icon, and one soft sound for what comes in elsewhere.
 * Attributes: count, sound, preferences, conversation.
 */
export class UnreadBadge extends HTMLElement {
  static observedAttributes = ["count"];
  #bye = new AbortController();
  /** @type {PageTitle | null} */ #title = null;

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.#title = new PageTitle(signal);
    listen({ "message.created": (fact) => this.#heard(fact) }, signal);
    const counted = (/** @type {any} */ { detail }) => this.setAttribute("count", String(detail.count));
    document.addEventListener("unread-count", counted, { signal });
    document.addEventListener("click", ({ target }) => this.#switch(/** @type {Element} */ (target)), { signal });
    this.#show();
    this.#press();
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  attributeChangedCallback() {
    if (this.#title) this.#show();
  }

  #show() {
    const count = Math.max(0, Number(this.getAttribute("count")) || 0);
    const { color, backgroundColor } = getComputedStyle(this);
    const transparent = /^(transparent|rgba\(0, 0, 0, 0\))$/.test(backgroundColor);
    this.#title?.show(count);
    claimIcon(count);
    paintIcon(count, transparent ? { ink: "white", ground: "#0b6b4f" } : { ink: color, ground: backgroundColor });
  }

  /** @param {any} fact */
  async #heard(fact) {
    if (!rings(fact)) return;
    const here = String(fact.conversation) === this.getAttribute("conversation");
    const inFront = here && document.visibilityState === "visible" && document.hasFocus();
    const mine = await myTurn(fact.id, inFront);
    if (mine && this.getAttribute("sound") !== "off") chime();
  }

  /** @param {Element} target */
  #switch(target) {
    if (!target.closest?.("button[data-sound]")) return;
    const sound = this.getAttribute("sound") === "off" ? "on" : "off";
    this.setAttribute("sound", sound);
    this.#press();
    if (sound === "on") chime();
    // The switch holds for this page even if the server does not hear of it.
    post(this.getAttribute("preferences") ?? "/preferences", { sound }).catch(() => {});
  }

  #press() {
    const on = this.getAttribute("sound") !== "off";
    for (const button of document.querySelectorAll("button[data-sound]")) button.setAttribute("aria-pressed", String(on));
  }
}
customElements.define("unread-badge", UnreadBadge);
