import { Backoff, Nap } from "./backoff.js";
import { SseParser } from "./sse-parser.js";

/** @typedef {"open" | "closed" | "signed-out" | "ended"} ConnectionState */

const SILENCE = 40_000; // the server's heartbeat comes every 15 s

/**
 * One event stream read through fetch, so that the answer's status is known and the waits are ours
 * (EventSource hides the first and loses the cursor with the second).
 */
export class LiveConnection {
  #abort = new AbortController();
  #stopped = false;
  #nap = new Nap();
  #watchdog = 0;

  /**
   * @param {object} options
   * @param {() => string} options.url asked before every try; carries the cursor
   * @param {(frame: import("./sse-parser.js").Frame) => void} options.onFrame
   * @param {(state: ConnectionState) => void} options.onState
   * @param {() => void} [options.onBytes] anything at all arrived, heartbeats too
   * @param {Backoff} options.backoff
   */
  constructor({ url, onFrame, onState, onBytes = () => {}, backoff }) {
    Object.assign(this, { url, onFrame, onState, onBytes, backoff });
    this.#loop();
  }

  /** Closes for good. */
  stop() {
    this.#stopped = true;
    this.#abort.abort();
    clearTimeout(this.#watchdog);
    this.#nap.wake();
  }

  /** Tries again now if it is waiting (the network is back, the tab is looked at). */
  wake() {
    this.#nap.wake();
  }

  async #loop() {
    while (!this.#stopped) {
      this.#abort = new AbortController();
      const end = await this.#once().catch(() => "closed");
      clearTimeout(this.#watchdog);
      if (this.#stopped) return;
      this.onState(end);
      if (end !== "closed") return;
      await this.#nap.sleep(this.backoff.next());
    }
  }

  /** @returns {Promise<ConnectionState>} */
  async #once() {
    this.#rearm();
    const response = await fetch(this.url(), {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal: this.#abort.signal,
    });
    if (response.redirected || response.status === 401 || response.status === 403) return "signed-out";
    if (response.status === 204) return "ended";
    if (!response.ok || !response.body) return "closed";
    this.onState("open");
    await this.#read(response.body);
    return "closed";
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async #read(body) {
    const parser = new SseParser({ onRetry: (wait) => (this.backoff.first = wait) });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#stopped) return;
      this.#rearm();
      this.onBytes();
      const frames = parser.feed(value);
      // A server that opens and drops at once must still meet growing waits.
      if (frames.length) this.backoff.reset();
      for (const frame of frames) this.onFrame(frame);
    }
  }

  #rearm() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#abort.abort(), SILENCE);
  }
}
