import { DraftStore } from "./draft-store.js";
import { part } from "./fragments.js";
import { grow } from "./writing-area.js";

/** @typedef {import("./draft-store.js").Quote} Quote */

/** What stands in the composer, the text and the message it answers, kept as a draft at every change. */
export class Writing {
  /** @type {Quote | null} */ #reply = null;

  /** @param {HTMLElement} composer @param {{user: string, conversation: string, signal: AbortSignal}} options */
  constructor(composer, { user, conversation, signal }) {
    this.composer = composer;
    this.area = /** @type {HTMLTextAreaElement} */ (composer.querySelector("textarea"));
    this.drafts = new DraftStore(user, conversation);
    const draft = this.drafts.load();
    this.set(this.area.value || draft.text, draft.reply);
    this.area.addEventListener("input", () => (grow(this.area), this.#keep()), { signal });
    addEventListener("resize", () => grow(this.area), { signal });
  }

  /** @returns {string} */
  get text() {
    return this.area.value.trim();
  }

  /** @returns {Quote | null} */
  get reply() {
    return this.#reply;
  }

  /** @param {Quote | null} quote */
  answer(quote) {
    this.set(this.area.value, quote);
    this.area.focus();
  }

  /** @param {string} text @param {Quote | null} reply */
  set(text, reply) {
    this.area.value = text;
    this.#reply = reply;
    this.#keep();
    grow(this.area);
    const box = part(this.composer, "reply");
    if (!box) return;
    box.hidden = !reply;
    part(box, "reply-author").textContent = reply?.author ?? "";
    part(box, "reply-text").textContent = reply?.text ?? "";
  }

  #keep() {
    this.drafts.save({ text: this.area.value, reply: this.#reply });
  }
}
