const LASTS = 8000; // WhatsApp repeats "composing" about every five seconds

/** Who writes or records at this moment, by conversation. The same for every element that shows it. */
export class TypingTracker {
  /** @type {Map<string, {until: number, state: string}>} until when, milliseconds */ #now = new Map();

  /** @param {string} conversation @param {string} state composing, recording or paused @param {number} [now] */
  note(conversation, state, now = Date.now()) {
    if (state === "paused") this.#now.delete(conversation);
    else this.#now.set(conversation, { until: now + LASTS, state });
  }

  /** @param {string} conversation @param {number} [now] @returns {number} milliseconds it still shows, 0 when not */
  left(conversation, now = Date.now()) {
    return Math.max(0, (this.#now.get(conversation)?.until ?? 0) - now);
  }

  /** @param {string} conversation @returns {string} composing or recording */
  state(conversation) {
    return this.#now.get(conversation)?.state === "recording" ? "recording" : "composing";
  }
}
