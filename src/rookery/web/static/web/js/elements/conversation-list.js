import { Coalescer } from "../models/coalescer.js";
import { Cursor } from "../models/cursor.js";
import { enliven, parse } from "../models/fragments.js";
import { get } from "../models/http.js";
import { listen } from "../models/live.js";
import { patchChildren } from "../models/morph.js";

const GAP = 500; // ms
const HIDDEN_GAP = 5000; // nobody looks, only the count in the title wants it
const KINDS = ["message.created", "message.changed", "conversation.created", "conversation.changed", "contact.changed", "live-catchup"];

/**
 * The rows of the inbox, fetched again when something about them happened; focus and scroll stay.
 * Attributes: src, current. What it shows may name a later address of itself: `[data-src]` inside wins.
 */
export class ConversationList extends HTMLElement {
  static observedAttributes = ["current"];
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.fetching = new Coalescer(() => this.#fetch(), { gap: () => (document.hidden ? HIDDEN_GAP : GAP) });
    listen(Object.fromEntries(KINDS.map((kind) => [kind, () => this.refresh()])), signal);
    signal.addEventListener("abort", () => this.fetching.stop());
    document.addEventListener("visibilitychange", () => !document.hidden && this.refresh(), { signal });
    this.addEventListener("htmx:afterSwap", () => this.#mark(), { signal });
    this.#mark();
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  attributeChangedCallback() {
    this.#mark();
  }

  /** @returns {string} */
  get src() {
    return this.querySelector("[data-src]")?.getAttribute("data-src") ?? this.getAttribute("src") ?? "";
  }

  /** Fetches the rows: now, or as soon as the last time is long enough ago. */
  refresh() {
    this.fetching.call();
  }

  /** @param {1 | -1} step moves the focus to the next or previous conversation, from the focused or the open one */
  move(step) {
    const links = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-conversation] a[href], a[data-conversation]")]);
    const here = links.findIndex((link) => link === document.activeElement);
    const open = links.findIndex((link) => link.closest("[aria-current]"));
    const from = here >= 0 ? here : open;
    const next = links[from < 0 ? 0 : Math.max(0, Math.min(links.length - 1, from + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  async #fetch() {
    const { src } = this;
    const here = document.getElementById("live")?.getAttribute("cursor") ?? "";
    const response = await get(src, here ? { "X-Rookery-Cursor": here } : {});
    const html = await response.text();
    if (this.#bye.signal.aborted || this.src !== src) return; // by now it shows something else
    const focused = /** @type {HTMLElement | null} */ (this.contains(document.activeElement) ? document.activeElement : null);
    const { scrollTop } = this;
    patchChildren(this, parse(html));
    this.#mark();
    enliven(this);
    if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
    this.scrollTop = scrollTop;
    const made = Cursor.parse(response.headers.get("X-Rookery-Cursor"));
    if (made && Cursor.parse(here)?.isAfter(made)) this.refresh(); // it was made for somebody who knew less than we
    const count = response.headers.get("X-Rookery-Unread");
    if (count !== null) document.dispatchEvent(new CustomEvent("unread-count", { detail: { count: Number(count) } }));
  }

  #mark() {
    const current = this.getAttribute("current");
    if (current === null) return;
    for (const row of this.querySelectorAll("[data-conversation]"))
      if (row.getAttribute("data-conversation") === current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
  }
}
customElements.define("conversation-list", ConversationList);
