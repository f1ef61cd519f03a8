import { FileTray } from "../models/file-tray.js";
import { part } from "../models/fragments.js";
import { listen } from "../models/live.js";
import { Outbox } from "../models/outbox.js";
import { Writing } from "../models/writing.js";
import { sends } from "../models/writing-area.js";

/**
 * Where a reply is written. Attributes: conversation, action, user, log, data-max-bytes, data-max-files,
 * data-text-… (docs/rooms/web-js.md). Wraps a real form, which works without this script too.
 */
export class ChatComposer extends HTMLElement {
  #bye = new AbortController();

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    const [user, conversation] = [this.getAttribute("user") ?? "", this.getAttribute("conversation") ?? ""];
    const words = (/** @type {string} */ what) => this.#text(what);
    this.writing = new Writing(this, { user, conversation, signal });
    this.tray = new FileTray(this, { words, signal });
    this.outbox = Outbox.of({ action: this.getAttribute("action") ?? "", user, conversation });
    this.#listen(signal);
    this.outbox.show(() => this.log, words, (entry) => this.#signedOut(entry));
  }

  disconnectedCallback() {
    this.#bye.abort();
  }

  /** @returns {any} the <chat-log> that shows this conversation; null once the page shows another */
  get log() {
    const log = this.isConnected ? document.getElementById(this.getAttribute("log") ?? "log") : null;
    return log?.getAttribute("conversation") === this.getAttribute("conversation") ? log : null;
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const on = { signal };
    this.addEventListener("keydown", (event) => this.#key(event), on);
    this.addEventListener("submit", (event) => (event.preventDefault(), this.#send()), on);
    this.addEventListener("click", ({ target }) => /** @type {Element} */ (target).closest("[data-action=cancel-reply]") && this.writing.answer(null), on);
    document.addEventListener("reply-to", (event) => this.writing.answer(/** @type {CustomEvent} */ (event).detail), on);
    this.log?.addEventListener("merged", () => this.outbox.settle(), on);
    this.log?.addEventListener("click", ({ target }) => this.#bubbleClicked(/** @type {Element} */ (target)), on);
    listen({ "live-offline": () => this.#notice("offline"), "live-signed-out": () => this.#notice("signed-out") }, signal);
    listen({ "live-online": () => (this.#notice(""), Outbox.retryAll()) }, signal);
    addEventListener("online", () => Outbox.retryAll(), on);
  }

  #send() {
    const { text, reply } = this.writing;
    if (this.writing.area.disabled) return; // this number cannot send now; the page says why
    const files = this.tray.take();
    if (!text && !files.length) return;
    this.outbox.sends.add({ text, files, reply });
    this.writing.set("", null);
    this.writing.area.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.writing.area) return;
    const cancel = event.key === "Escape" && this.writing.reply;
    if (!cancel && !sends(event)) return;
    event.preventDefault();
    if (cancel) this.writing.answer(null);
    else this.querySelector("form")?.requestSubmit();
  }

  /** @param {Element} target in the log */
  #bubbleClicked(target) {
    const ref = target.closest("[data-order]")?.id.slice(2) ?? "";
    if (!this.outbox.sends.find(ref)) return; // not one of ours
    if (target.closest("[data-retry]")) this.outbox.sends.retry(ref);
    if (target.closest("[data-edit]")) this.#takeBack(ref);
  }

  /** @param {string} ref */
  #takeBack(ref) {
    const entry = this.outbox.takeBack(ref);
    if (!entry) return;
    const text = [this.writing.text, entry.text].filter(Boolean).join("\n");
    this.writing.set(text, entry.reply ?? this.writing.reply);
    this.tray.add(entry.files);
    this.writing.area.focus();
  }

  /** @param {import("../models/pending-sends.js").Entry} entry @returns {boolean} it went back into the composer */
  #signedOut(entry) {
    this.#notice("signed-out");
    if (this.writing.text || !this.tray.empty) return false;
    this.#takeBack(entry.ref);
    return true;
  }

  /** @param {string} what @returns {string} the words in data-text-<what> */
  #text(what) {
    return this.getAttribute(`data-text-${what}`) ?? "";
  }

  /** @param {string} what "" hides it */
  #notice(what) {
    const notice = part(this, "notice");
    if (!notice) return;
    notice.textContent = what ? this.#text(what) : "";
    notice.hidden = !notice.textContent;
  }
}
customElements.define("chat-composer", ChatComposer);
