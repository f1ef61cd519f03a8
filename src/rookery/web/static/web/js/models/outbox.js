import { drawPending, showProgress, showState } from "./pending-bubble.js";
import { PendingSends } from "./pending-sends.js";
import { upload } from "./upload.js";

/** @typedef {import("./pending-sends.js").Entry} Entry */

/** @type {Map<string, Outbox>} */
const outboxes = new Map();

/** @param {Entry} entry @returns {FormData} */
function formOf(entry) {
  const form = new FormData();
  form.set("client_ref", entry.ref);
  form.set("text", entry.text);
  if (entry.reply) form.set("reply_to", entry.reply.id);
  for (const file of entry.files) form.append("files", file, file.name);
  return form;
}

/**
 * Pending sends of one conversation with their bubbles: a bubble stands at once, shows progress or what
 * went wrong, and is replaced by the true one. It outlives its composer: an upload goes on while the
 * agent looks at another conversation, and is shown again on return.
 */
export class Outbox {
  /** @type {{log: () => any, words: (reason: string) => string, onSignedOut: (entry: Entry) => boolean} | null} */
  #view = null;

  /** @param {{action: string, user: string, conversation: string}} options */
  constructor({ action, user, conversation }) {
    const post = (/** @type {Entry} */ entry) =>
      upload(action, formOf(entry), { onProgress: (sent, total) => this.#pending(entry, (bubble) => showProgress(bubble, entry.files, sent, total)) });
    const onDone = (/** @type {Entry} */ entry, /** @type {string} */ html) => this.#done(entry, html);
    this.sends = new PendingSends({ user, conversation, post, onDone, onChange: (entry) => this.#changed(entry) });
    this.sends.restore();
  }

  /** @param {{action: string, user: string, conversation: string}} options @returns {Outbox} the conversation's one */
  static of(options) {
    const key = `${options.user}:${options.conversation}`;
    const outbox = outboxes.get(key) ?? new Outbox(options);
    outboxes.set(key, outbox);
    return outbox;
  }

  /** The connection is back. */
  static retryAll() {
    for (const outbox of outboxes.values()) outbox.sends.retryNetwork();
  }

  /**
   * @param {() => any} log the <chat-log> of this conversation, null when another is shown
   * @param {(reason: string) => string} words
   * @param {(entry: Entry) => boolean} onSignedOut true: taken back into the composer
   */
  show(log, words, onSignedOut) {
    this.#view = { log, words, onSignedOut };
    this.settle();
    for (const entry of [...this.sends.entries]) this.#changed(entry);
  }

  /** Lets go of everything that stands in the log by now, however it got there. */
  settle() {
    for (const { ref } of [...this.sends.entries]) if (document.getElementById(`m-${ref}`)?.dataset.id) this.sends.forget(ref);
  }

  /** @param {string} ref takes a message back @returns {Entry | undefined} */
  takeBack(ref) {
    const entry = this.sends.find(ref);
    this.sends.forget(ref);
    if (entry && !this.sends.find(ref)) document.getElementById(`m-${ref}`)?.remove();
    return entry;
  }

  /** @param {Entry} entry */
  #changed(entry) {
    const log = this.#view?.log();
    if (!log || !this.#view) return;
    if (entry.reason === "signed-out" && this.#view.onSignedOut(entry)) return;
    const bubble = document.getElementById(`m-${entry.ref}`) ?? drawPending(entry);
    if (bubble.dataset.id) return this.sends.forget(entry.ref); // the server has it, only its answer was lost
    if (entry.state === "waiting" || !bubble.isConnected) log.addPending(bubble);
    showState(bubble, entry, entry.words || (entry.reason ? this.#view.words(entry.reason) : ""));
  }

  /** @param {Entry} entry @param {string} html */
  #done(entry, html) {
    this.#view?.log()?.mergeHtml(html);
    this.#pending(entry, (bubble) => bubble.remove()); // the answer gave it another name
  }

  /** @param {Entry} entry @param {(bubble: HTMLElement) => void} draw on its bubble, while the true one is not there */
  #pending(entry, draw) {
    const bubble = document.getElementById(`m-${entry.ref}`);
    if (bubble && !bubble.dataset.id) draw(bubble);
  }
}
