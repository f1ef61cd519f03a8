/**
 * A place in the journal: `<epoch>-<id>` on the stream, or a bare id where the epoch is understood.
 * Ids of two epochs (a restored database) cannot be compared.
 */
export class Cursor {
  /** @param {string} epoch @param {number} id */
  constructor(epoch, id) {
    this.epoch = epoch;
    this.id = id;
  }

  /**
   * @param {string | null | undefined} text
   * @returns {Cursor | null} null when there is no id in it
   */
  static parse(text) {
    const found = /^(?:(.*)-)?(\d+)$/.exec((text ?? "").trim());
    return found ? new Cursor(found[1] ?? "", Number(found[2])) : null;
  }

  /** @param {Cursor} other @returns {boolean} true when both belong to one journal, or one does not say */
  comparable(other) {
    return this.epoch === other.epoch || !this.epoch || !other.epoch;
  }

  /** @param {Cursor | null} other @returns {boolean} */
  isAfter(other) {
    return !other || this.id > other.id;
  }

  /** @returns {string} */
  toString() {
    return this.epoch ? `${this.epoch}-${this.id}` : String(this.id);
  }
}
