import { Stored } from "./stored.js";

/**
 * @typedef {{id: string, author: string, text: string}} Quote the message answered to
 * @typedef {{text: string, reply: Quote | null}} Draft
 */

/** What an agent has begun to write in one conversation; survives reload, crash and sign-in. */
export class DraftStore {
  #stored;

  /** @param {string} user @param {string} conversation */
  constructor(user, conversation) {
    this.#stored = new Stored(`draft:${user}:${conversation}`);
  }

  /** @returns {Draft} */
  load() {
    const { text = "", reply = null } = this.#stored.load() ?? {};
    return { text: String(text), reply };
  }

  /** @param {Draft} draft an empty one is forgotten */
  save({ text, reply }) {
    this.#stored.save(text.trim() || reply ? { text, reply } : null);
  }

  /** After the text was handed over. */
  clear() {
    this.#stored.save(null);
  }
}
