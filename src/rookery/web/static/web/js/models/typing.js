const LASTS = 8000; // WhatsApp repeats "composing" about every five seconds

/** Who writes at this moment, by conversation. The same for every element that shows it. */
export class TypingTracker {
  /** @type {Map<string, number>} until when, milliseconds */ #until = new Map();

  /** @param {string} conversation @param {string} state composing, recording or paused @param {number} [now] */
  note(conversation, state, now = Date.now()) {
    if (state === "paused") this.#until.delete(conversation);
    else this.#until.set(conversation, now + LASTS);
  }

  /** @param {string} conversation @param {number} [now] @returns {number} milliseconds it still shows, 0 when not */
  left(conversation, now = Date.now()) {
    return Math.max(0, (this.#until.get(conversation) ?? 0) - now);
  }
}
