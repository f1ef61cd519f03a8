import { announce, spoken } from "../models/announce.js";
import { arrange } from "../models/arrange.js";
import { appendPending, merge, newestId, oldest } from "../models/bubbles.js";
import { Coalescer } from "../models/coalescer.js";
import { Cursor } from "../models/cursor.js";
import { listen, toldMore } from "../models/live.js";
import { bubblesOf, fetchPage } from "../models/message-pages.js";
import { NewestPill } from "../models/newest-pill.js";
import { OlderPages } from "../models/older-pages.js";
import { jumpTo, quoteOf } from "../models/quote-jump.js";
import { ReadMark } from "../models/read-mark.js";
import { ScrollAnchor } from "../models/scroll-anchor.js";
import { goOn } from "../models/unread-line.js";

const GAP = 100; // ms between two looks at what is new

/**
 * The bubbles of one conversation: in order, each once, live, with older ones on scroll.
 * Attributes: conversation, src, cursor, before, read-src, unread, data-text-quote-missing.
 */
export class ChatLog extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.src = this.getAttribute("src") ?? "";
    this.#build(signal);
    const notice = (/** @type {any} */ fact) => this.#notice(fact);
    listen({ "message.created": notice, "message.changed": notice, "live-catchup": () => this.since.call() }, signal);
    signal.addEventListener("abort", () => this.since.stop());
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    arrange(this);
    this.toNewest();
    const unread = Number(this.getAttribute("unread"));
    if (unread) (this.read.dirty(), goOn(this, unread));
    if (toldMore(this.getAttribute("cursor"))) this.since.call();
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** @param {AbortSignal} signal */
  #build(signal) {
    const readUrl = this.getAttribute("read-src") ?? this.src.replace(/messages\/?$/, "read");
    this.pill = new NewestPill(this.id, { onClick: () => this.toNewest(), signal });
    this.older = new OlderPages(this, { onPage: (bubbles) => this.merge(bubbles, { quiet: true }), signal });
    this.anchor = new ScrollAnchor(this, { onScroll: () => this.#scrolled(), signal });
    this.since = new Coalescer(() => this.#fetchNew(), { gap: GAP });
    this.read = new ReadMark({ url: readUrl, newest: () => newestId(this), signal });
  }

  /** Goes to the newest message. */
  toNewest() {
    this.anchor.toBottom();
    this.#scrolled();
  }

  /** @param {HTMLElement} bubble of a message that this page is sending */
  addPending(bubble) {
    this.anchor.change(() => (appendPending(this, bubble), arrange(this)));
    this.toNewest();
  }

  /** @param {string} html bubbles rendered by the server */
  mergeHtml(html) {
    this.merge(bubblesOf(html));
  }

  /** @param {Element[]} bubbles @param {{quiet?: boolean}} [options] quiet: older ones, which nobody waits for */
  merge(bubbles, { quiet = false } = {}) {
    const floor = this.getAttribute("before") && !quiet ? oldest(this) : "";
    const { added, changed } = this.anchor.change(() => {
      const result = merge(this, bubbles, floor);
      arrange(this);
      return result;
    });
    if (!quiet) this.#arrived(added.filter((bubble) => bubble.classList.contains("in")));
    if (added.length + changed.length) this.dispatchEvent(new CustomEvent("merged"));
  }

  /** @param {Element[]} incoming */
  #arrived(incoming) {
    for (const bubble of incoming) announce(spoken(bubble));
    if (incoming.length) this.read.dirty();
    if (!this.anchor.stuck) this.pill.add(incoming.length);
  }

  async #fetchNew() {
    const page = await fetchPage(this.src, { since: this.getAttribute("cursor") ?? "" });
    if (!page || this.#bye.signal.aborted) return;
    this.merge(page.bubbles);
    if (page.cursor) this.setAttribute("cursor", page.cursor);
  }

  /** @param {{conversation: number | string, id: string}} fact */
  #notice({ conversation, id }) {
    if (String(conversation) !== this.getAttribute("conversation")) return;
    const [fact, mine] = [Cursor.parse(id), Cursor.parse(this.getAttribute("cursor"))];
    if (!fact || !mine || !fact.comparable(mine) || fact.isAfter(mine)) this.since.call();
  }

  #scrolled() {
    if (this.anchor?.stuck) this.pill.clear();
    this.older.near();
  }

  /** @param {Event} event */
  async #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const bubble = target.closest("[data-order]");
    const quote = target.closest("[data-quote]")?.getAttribute("data-quote");
    if (bubble && target.closest("[data-action=reply]"))
      this.dispatchEvent(new CustomEvent("reply-to", { bubbles: true, detail: quoteOf(bubble) }));
    if (!quote) return;
    event.preventDefault();
    if (!(await jumpTo(this, quote, () => this.older.load()))) announce(this.dataset.textQuoteMissing ?? "");
  }
}
customElements.define("chat-log", ChatLog);
