import { Cursor } from "./cursor.js";

/**
 * @typedef {{id: string, prev: string, kind: string, data: object}} Fact
 * prev is the id that stood before it on the stream, so that a listener sees a gap.
 */

/** The last few facts of the stream, for a tab that joins a little late. */
export class FactRing {
  /** @type {Fact[]} */
  #facts = [];

  /** @param {number} [size] */
  constructor(size = 500) {
    this.size = size;
  }

  /** @param {Fact} fact */
  push(fact) {
    this.#facts.push(fact);
    if (this.#facts.length > this.size) this.#facts.shift();
  }

  /**
   * @param {string} cursor what the asker has seen
   * @param {string} newest where the stream stands
   * @returns {Fact[] | null} what it missed; null when we no longer (or never) had all of it
   */
  since(cursor, newest) {
    const seen = Cursor.parse(cursor);
    const stand = Cursor.parse(newest);
    if (!seen || !stand || !stand.isAfter(seen)) return [];
    const start = Cursor.parse(this.#facts[0]?.prev);
    if (!this.#facts.length || !start || start.isAfter(seen)) return null;
    return this.#facts.filter((fact) => Cursor.parse(fact.id)?.isAfter(seen));
  }
}
