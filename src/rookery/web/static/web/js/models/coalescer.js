import { Backoff } from "./backoff.js";

/**
 * Turns a burst of calls into few runs of one piece of work: the first call runs at once, later ones
 * share a run that starts `gap` milliseconds after the last start. Runs never overlap. Work that
 * throws is tried again by itself, later and later.
 */
export class Coalescer {
  #running = false;
  #wanted = false;
  #timer = 0;
  #started = -Infinity;
  #stopped = false;
  #failing = false;

  /**
   * @param {() => Promise<unknown> | unknown} work
   * @param {{gap: number | (() => number), backoff?: Backoff}} options gap in milliseconds
   */
  constructor(work, { gap, backoff = new Backoff() }) {
    this.work = work;
    this.gap = typeof gap === "function" ? gap : () => gap;
    this.backoff = backoff;
  }

  /** Asks for a run: now when the gap (as it is now) has passed, else when it has. */
  call() {
    this.#wanted = true;
    if (this.#running || (this.#failing && this.#timer)) return; // new wishes do not shorten a backoff
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#plan(this.#started + this.gap() - performance.now());
  }

  /** Forgets what was asked; a run under way ends by itself. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** @param {number} wait */
  #plan(wait) {
    if (this.#stopped) return;
    if (wait <= 0) this.#run();
    else
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.#run();
      }, wait);
  }

  async #run() {
    if (this.#stopped) return;
    this.#running = true;
    this.#wanted = false;
    this.#started = performance.now();
    let wait = 0;
    try {
      await this.work();
      this.backoff.reset();
      this.#failing = false;
    } catch {
      this.#failing = true;
      this.#wanted = true;
      wait = this.backoff.next();
    }
    this.#running = false;
    if (this.#wanted) this.#plan(Math.max(wait, this.#started + this.gap() - performance.now()));
  }
}
