/** A JSON value in localStorage; where storage is full or forbidden it lives as long as the page. */
export class Stored {
  /** @type {any} */ #own = null;

  /** @param {string} key */
  constructor(key) {
    this.key = key;
  }

  /** @returns {any} null when nothing (readable) is there */
  load() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null") ?? this.#own;
    } catch {
      return this.#own;
    }
  }

  /** @param {any} value null removes it */
  save(value) {
    this.#own = value;
    try {
      if (value === null) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      // kept in this.#own
    }
  }
}
