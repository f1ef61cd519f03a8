/**
 * @typedef {"too-large" | "empty" | "too-many"} Refusal
 * @typedef {{key: number, file: File, refusal: Refusal | null}} Chosen
 */

let keys = 0;

/** The files chosen for the next message, and what cannot be sent of them, known before sending. */
export class ChosenFiles {
  /** @type {Chosen[]} */ list = [];

  /** @param {{maxBytes?: number, maxFiles?: number}} [limits] */
  constructor({ maxBytes = Infinity, maxFiles = Infinity } = {}) {
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
  }

  /** @param {Iterable<File>} files @returns {Chosen[]} the new ones */
  add(files) {
    const fresh = [...files].map((file) => ({ key: (keys += 1), file, refusal: null }));
    this.list.push(...fresh);
    this.#judge();
    return fresh;
  }

  /** @param {number} key */
  remove(key) {
    this.list = this.list.filter((chosen) => chosen.key !== key);
    this.#judge();
  }

  /** @returns {File[]} those that can be sent; they leave the list, refused ones stay to be seen */
  take() {
    const good = this.list.filter((chosen) => !chosen.refusal);
    this.list = this.list.filter((chosen) => chosen.refusal);
    return good.map((chosen) => chosen.file);
  }

  #judge() {
    let good = 0;
    for (const chosen of this.list) {
      if (chosen.file.size > this.maxBytes) chosen.refusal = "too-large";
      else if (chosen.file.size === 0) chosen.refusal = "empty";
      else chosen.refusal = (good += 1) > this.maxFiles ? "too-many" : null;
    }
  }
}

/** @param {number} bytes @returns {string} as people of the page's language read it */
export function readableSize(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const style = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang || undefined, /** @type {any} */ (style)).format(bytes / 1000 ** step);
}
