import { reload } from "../models/reload.js";
import { SharedStream } from "../models/shared-stream.js";

/**
 * The page's one ear: notices of the journal and whispers, dispatched on itself by their kind.
 * Attributes: src, cursor, topics, user, offline-after, retry (docs/rooms/web-js.md).
 */
export class LiveStream extends HTMLElement {
  /** @type {SharedStream | null} */ #stream = null;
  #bye = new AbortController();
  #shown = "";
  #timer = 0;

  connectedCallback() {
    this.#bye = new AbortController();
    const { signal } = this.#bye;
    this.#start();
    addEventListener("online", () => this.#stream?.wake(), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#stream?.wake(), { signal });
    // A page kept for "back" may hold neither the lock nor the stream.
    addEventListener("pagehide", () => this.#stop(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#start(), { signal });
  }

  disconnectedCallback() {
    this.#bye.abort();
    this.#stop();
  }

  /** Where this page stands in the journal: `<epoch>-<id>`. */
  get cursor() {
    return this.getAttribute("cursor") ?? "";
  }

  #start() {
    this.#stop();
    const [user, topics] = [this.getAttribute("user"), this.getAttribute("topics")];
    this.#stream = new SharedStream({
      name: ["rookery-live", user].filter(Boolean).join(":"),
      cursor: this.cursor,
      retry: Number(this.getAttribute("retry") ?? 1000),
      url: (cursor) => {
        const url = new URL(this.getAttribute("src") ?? "/live", location.href);
        if (topics) url.searchParams.set("topics", topics.trim().split(/[\s,]+/).join(","));
        if (cursor) url.searchParams.set("cursor", cursor);
        return url.href;
      },
      onFact: (kind, data, id) => this.#fact(kind, data, id),
      onState: (state) => this.#state(state),
    });
    this.#state("closed");
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#stream?.stop();
    this.#stream = null;
  }

  /** @param {string} kind @param {any} data @param {string | null} id null: a whisper */
  #fact(kind, data, id) {
    if (id !== null) this.setAttribute("cursor", id);
    const detail = { ...data, kind, id };
    this.#dispatch(kind, detail);
    // What is unread shows in the list alone; the parts of the conversation need not be fetched for it.
    if (["conversation.changed", "contact.changed"].includes(kind) && data.conversation && data.unread === undefined)
      this.#dispatch(`conversation-changed-${data.conversation}`, detail);
  }

  /** @param {string} state */
  #state(state) {
    if (state === "open") this.#show("online");
    else if (state === "signed-out" || state === "ended") this.#show("signed-out");
    else if (state === "catchup") this.#dispatch("live-catchup", {});
    else if (state === "reset" && this.#dispatch("live-reset", {})) reload();
    else if (state === "closed" && !this.#timer && this.#shown !== "offline")
      this.#timer = setTimeout(() => this.#show("offline"), Number(this.getAttribute("offline-after") ?? 5000));
  }

  /** @param {"online" | "offline" | "signed-out"} state */
  #show(state) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (state === this.#shown) return;
    this.#shown = state;
    document.documentElement.dataset.live = state;
    this.#dispatch(`live-${state}`, {});
  }

  /** @param {string} name @param {object} detail @returns {boolean} nobody prevented it */
  #dispatch(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
  }
}
customElements.define("live-stream", LiveStream);
