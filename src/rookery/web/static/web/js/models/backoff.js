/**
 * Growing waits with jitter, so that a thousand browsers do not come back in the same instant.
 */
export class Backoff {
  #tries = 0;

  /** @param {{first?: number, most?: number, random?: () => number}} [options] milliseconds */
  constructor({ first = 1000, most = 30_000, random = Math.random } = {}) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /** @returns {number} milliseconds to wait before the next try: 0.3 to 1 of the doubled step */
  next() {
    const step = Math.min(this.most, this.first * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 16);
    return Math.round(step * (0.3 + 0.7 * this.random()));
  }

  /** Call when something worked. */
  reset() {
    this.#tries = 0;
  }
}

/** A wait that can be cut short. */
export class Nap {
  #wake = () => {};

  /** @param {number} milliseconds @returns {Promise<void>} */
  sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the sleep now; nothing happens when nobody sleeps. */
  wake() {
    this.#wake();
  }
}
