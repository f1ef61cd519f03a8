import { listen } from "../models/live.js";
import { TypingTracker } from "../models/typing.js";

const tracker = new TypingTracker();

/** Shown while the contact of a conversation writes or records; `[data-state]` inside: the words for each. Attribute: conversation. */
export class TypingNote extends HTMLElement {
  #bye = new AbortController();
  #timer = 0;

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    listen({ "contact.typing": (whisper) => this.#hear(whisper) }, signal);
    this.#show();
  }

  disconnectedCallback() {
    this.#bye.abort();
    clearTimeout(this.#timer);
  }

  /** @param {{conversation: number | string, state?: string}} whisper */
  #hear({ conversation, state = "composing" }) {
    tracker.note(String(conversation), state);
    if (String(conversation) === this.getAttribute("conversation")) this.#show();
  }

  #show() {
    const conversation = this.getAttribute("conversation") ?? "";
    const left = tracker.left(conversation);
    this.hidden = left === 0;
    const state = tracker.state(conversation);
    for (const words of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-state]")))
      words.hidden = words.dataset.state !== state;
    clearTimeout(this.#timer);
    if (left) this.#timer = setTimeout(() => this.#show(), left + 20);
  }
}
customElements.define("typing-note", TypingNote);
