/**
 * Who of a browser's tabs leads. The lock passes on when the leading tab closes or lets go; a leader
 * that no longer stirs can be robbed of it.
 */
export class TabLock {
  /** @type {AbortController | null} */ #waiting = null;
  #release = () => {};
  #turn = 0;

  /** @param {string} name @param {{onLead: () => void, onLost: () => void}} hooks */
  constructor(name, { onLead, onLost }) {
    this.name = name;
    this.onLead = onLead;
    this.onLost = onLost;
  }

  /** Stands in the queue, at its end. */
  queue() {
    this.#waiting = new AbortController();
    this.#request({ signal: this.#waiting.signal });
  }

  /** Takes the lock from whoever holds it. */
  steal() {
    this.#waiting?.abort();
    this.#request({ steal: true });
  }

  /** Leaves the queue, or hands the lock on; onLost is not called. */
  leave() {
    this.#turn += 1;
    this.#waiting?.abort();
    this.#release();
  }

  /** @param {LockOptions} options */
  #request(options) {
    const turn = (this.#turn += 1);
    const held = navigator.locks.request(this.name, options, () => {
      if (turn !== this.#turn) return undefined;
      this.onLead();
      return new Promise((resolve) => (this.#release = () => resolve(undefined)));
    });
    held.catch(() => turn === this.#turn && this.onLost()); // somebody stole it
  }
}
