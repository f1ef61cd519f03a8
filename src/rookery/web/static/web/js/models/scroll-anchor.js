/**
 * Keeps what the reader looks at where it is. At the bottom the log stays at the bottom, whatever grows;
 * anywhere else the bubble at the top edge keeps its place when others come, go or change size.
 */
export class ScrollAnchor {
  #stuck = true;
  /** @type {Element | null} */ #held = null;
  #offset = 0;
  #last = 0;

  /** @param {HTMLElement} scroller @param {{slack?: number, onScroll?: () => void, signal: AbortSignal}} options */
  constructor(scroller, { slack = 48, onScroll = () => {}, signal }) {
    this.scroller = scroller;
    this.slack = slack;
    scroller.style.overflowAnchor = "none"; // the browser's own anchoring would move it a second time
    scroller.addEventListener("scroll", () => (this.#look(), onScroll()), { signal, passive: true });
    const sizes = new ResizeObserver(() => this.restore());
    const nodes = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) if (node instanceof Element) sizes.observe(node);
    });
    for (const node of [scroller, ...scroller.children]) sizes.observe(node);
    nodes.observe(scroller, { childList: true });
    signal.addEventListener("abort", () => (sizes.disconnect(), nodes.disconnect()));
  }

  /** @returns {boolean} the reader is at the newest message */
  get stuck() {
    return this.#stuck;
  }

  /** Goes to the newest message and stays there. */
  toBottom() {
    this.#stuck = true;
    this.restore();
  }

  /** Puts an element near the upper edge and keeps it there. @param {Element} element @param {number} gap px above it */
  toTop(element, gap) {
    this.#stuck = false;
    this.scroller.scrollTop += this.#place(element) - gap;
    this.#last = this.scroller.scrollTop;
    this.#hold();
  }

  /** @template T @param {() => T} work changes the log @returns {T} */
  change(work) {
    if (!this.#stuck) this.#hold();
    const result = work();
    this.restore();
    return result;
  }

  /** Puts the view back after something changed its size. */
  restore() {
    const { scroller } = this;
    if (this.#stuck) scroller.scrollTop = scroller.scrollHeight;
    else if (this.#held?.isConnected) {
      const moved = this.#place(this.#held) - this.#offset;
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    }
    this.#last = scroller.scrollTop;
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // Only the reader leaves the bottom, upwards: our own scrolling is told a frame later, when the log may
    // have grown again.
    if (scrollHeight - scrollTop - clientHeight < this.slack) this.#stuck = true;
    else if (scrollTop < this.#last - 1) this.#stuck = false;
    this.#last = scrollTop;
    if (!this.#stuck) this.#hold();
  }

  #hold() {
    const all = this.scroller.querySelectorAll(":scope > [data-order]");
    let [low, high] = [0, all.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      const visible = this.#place(all[middle]) + all[middle].getBoundingClientRect().height > 0;
      if (visible) high = middle;
      else low = middle + 1;
    }
    this.#held = all[low] ?? null;
    this.#offset = this.#held ? this.#place(this.#held) : 0;
  }

  /** @param {Element} element @returns {number} pixels below the upper edge of the view */
  #place(element) {
    return element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
  }
}
