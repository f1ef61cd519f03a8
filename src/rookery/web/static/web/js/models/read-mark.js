import { Coalescer } from "./coalescer.js";
import { post } from "./http.js";

/** Tells the server that an agent has seen the conversation, but only while somebody really looks at it. */
export class ReadMark {
  #unread = false;

  /** @param {{url: string, newest: () => string, signal: AbortSignal}} options newest: id of the last message shown */
  constructor({ url, newest, signal }) {
    this.sending = new Coalescer(() => this.#send(url, newest), { gap: 1000 });
    const look = () => this.#look();
    for (const event of ["focus", "pageshow"]) addEventListener(event, look, { signal });
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", () => this.sending.stop());
  }

  /** Something unread stands in the log. */
  dirty() {
    this.#unread = true;
    this.#look();
  }

  #look() {
    if (this.#unread && document.visibilityState === "visible" && document.hasFocus()) this.sending.call();
  }

  /** @param {string} url @param {() => string} newest */
  async #send(url, newest) {
    this.#unread = false;
    try {
      await post(url, { until: newest() });
    } catch (error) {
      this.#unread = true;
      throw error;
    }
  }
}
