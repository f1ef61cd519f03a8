import { readTime, sayTime } from "../models/times.js";

/** @type {Set<LocalTime>} */
const shown = new Set();
// Words such as "Yesterday" and "3 minutes ago" grow old; one timer serves them all.
setInterval(() => shown.forEach((element) => element.say()), 30_000);

/** A time in the browser's zone and the page's language. Attributes: datetime, format (time, day, list, relative, full). */
export class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime", "format"];

  connectedCallback() {
    shown.add(this);
    this.say();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  attributeChangedCallback() {
    if (shown.has(this)) this.say(); // while it is being put in, its attributes come before it is connected
  }

  /** Writes the time; what cannot be read leaves the server's words. */
  say() {
    const time = readTime(this.getAttribute("datetime") ?? "");
    if (Number.isNaN(time.getTime())) return;
    const kind = this.getAttribute("format") ?? "time";
    const text = sayTime(time, kind);
    if (this.textContent !== text) this.textContent = text;
    if (kind !== "day" && kind !== "full") this.title = sayTime(time, "full");
  }
}
customElements.define("local-time", LocalTime);
