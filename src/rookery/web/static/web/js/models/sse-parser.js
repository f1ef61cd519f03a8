/**
 * @typedef {{id: string | null, event: string, data: string}} Frame
 * id is null for a whisper, which has no place in the journal.
 */

/** Cuts the text of an event stream into frames (WHATWG HTML, "interpreting an event stream"). */
export class SseParser {
  #rest = "";

  /** @param {{onRetry?: (milliseconds: number) => void}} [hooks] */
  constructor({ onRetry = () => {} } = {}) {
    this.onRetry = onRetry;
  }

  /** @param {string} text what arrived; may end in mid-line @returns {Frame[]} */
  feed(text) {
    this.#rest = (this.#rest + text).replace(/\r\n/g, "\n");
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map((block) => this.#frame(block)).filter((frame) => frame !== null);
  }

  /** @param {string} block @returns {Frame | null} */
  #frame(block) {
    /** @type {Frame} */
    const frame = { id: null, event: "message", data: "" };
    const data = [];
    for (const line of block.split("\n")) {
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "id") frame.id = value;
      else if (field === "event") frame.event = value;
      else if (field === "data") data.push(value);
      else if (field === "retry" && /^\d+$/.test(value)) this.onRetry(Number(value));
    }
    frame.data = data.join("\n");
    return data.length || frame.event !== "message" ? frame : null;
  }
}
