import { Backoff } from "./backoff.js";
import { Cursor } from "./cursor.js";
import { FactRing } from "./fact-ring.js";
import { LiveConnection } from "./live-connection.js";
import { TabLock } from "./tab-lock.js";

const BEAT = 10_000;
const SILENT_LEADER = 45_000;

/**
 * One stream for all tabs of a browser. The tab that holds the Web Lock reads it and tells the others
 * through a BroadcastChannel. Each tab keeps its own cursor, takes every fact once and in order, and
 * asks the leader for what it missed. Without Web Locks (plain http on a LAN) every tab reads its own.
 */
export class SharedStream {
  #tab = String(Math.random());
  #ring = new FactRing();
  #stopped = false;
  /** @type {BroadcastChannel | null} */ #channel = null;
  /** @type {LiveConnection | null} */ #connection = null;
  /** @type {TabLock | null} */ #lock = null;
  #state = "closed";
  #heard = performance.now();
  #pulse = 0;

  /**
   * @param {object} options
   * @param {string} options.name lock and channel; tabs with one name share
   * @param {string} options.cursor what this page already shows
   * @param {(cursor: string) => string} options.url
   * @param {number} [options.retry] first wait in milliseconds
   * @param {(kind: string, data: object, id: string | null) => void} options.onFact
   * @param {(state: import("./live-connection.js").ConnectionState | "reset" | "catchup") => void} options.onState
   */
  constructor({ name, cursor, url, retry = 1000, onFact, onState }) {
    Object.assign(this, { name, cursor, url, retry, onFact, onState });
    if (!navigator.locks || !globalThis.BroadcastChannel) return void this.#connect();
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#lock = new TabLock(name, { onLead: () => this.#lead(), onLost: () => this.#lost() });
    this.#lock.queue();
    this.#tell("hello", { cursor });
    this.#pulse = setInterval(() => this.#beat(), BEAT);
  }

  /** Leaves; another tab takes the stream over. */
  stop() {
    this.#stopped = true;
    clearInterval(this.#pulse);
    this.#connection?.stop();
    this.#lock?.leave();
    this.#channel?.close();
  }

  /** Tries again now, if this tab waits or gave up (the network is back, somebody looks, signed in again). */
  wake() {
    this.#connection?.wake();
    if (this.#state !== "signed-out" || this.#connection) return;
    if (this.#lock) this.#lock.queue();
    else this.#connect();
    this.#state = "closed";
  }

  #lead() {
    this.#connect();
    this.#tell("leading", {});
  }

  #lost() {
    this.#drop();
    if (!this.#stopped) this.#lock?.queue();
  }

  #drop() {
    this.#connection?.stop();
    this.#connection = null;
  }

  #connect() {
    this.#connection = new LiveConnection({
      url: () => this.url(this.cursor),
      backoff: new Backoff({ first: this.retry }),
      onFrame: (frame) => this.#frame(frame),
      onState: (state) => this.#changed(state),
      onBytes: () => this.#tell("beat", { state: this.#state }),
    });
  }

  /** @param {import("./live-connection.js").ConnectionState} state of our own connection */
  #changed(state) {
    this.#enter(state);
    if (state === "open" || state === "closed") return this.#tell("state", { state });
    // Hand the lock on: another tab may be signed in by now, each finds out for itself.
    this.#drop();
    return this.#lock?.leave();
  }

  #beat() {
    if (this.#connection) return this.#tell("beat", { state: this.#state });
    if (this.#state === "signed-out" || document.visibilityState !== "visible") return undefined;
    if (performance.now() - this.#heard < SILENT_LEADER) return undefined;
    this.#heard = performance.now();
    return this.#lock?.steal();
  }

  /** @param {import("./sse-parser.js").Frame} frame as the leader gets it */
  #frame({ id, event, data }) {
    const fact = { id, prev: this.cursor, kind: event, data: parse(data) };
    if (event === "reset") this.#tell("state", { state: "reset" });
    if (event === "reset") return this.#enter("reset");
    if (id === null) this.onFact(event, fact.data, null);
    else if (!this.#take(fact)) return undefined;
    return this.#tell("fact", { facts: [fact] });
  }

  /** @param {any} fact @returns {boolean} it was new */
  #take(fact) {
    const [next, mine] = [Cursor.parse(fact.id), Cursor.parse(this.cursor)];
    if (next && mine && !next.comparable(mine)) this.#enter("reset");
    if (!next || (mine && !next.comparable(mine)) || !next.isAfter(mine)) return false;
    this.cursor = fact.id;
    this.#ring.push(fact);
    this.onFact(fact.kind, fact.data, fact.id);
    return true;
  }

  /** @param {any} state */
  #enter(state) {
    const changed = state !== this.#state;
    if (state !== "reset") this.#state = state;
    if (changed || state === "closed") this.onState(state);
  }

  /** @param {any} message from another tab */
  #hear(message) {
    if (this.#stopped || (message.to && message.to !== this.#tab)) return;
    if (message.type === "hello") return void this.#welcome(message);
    if (this.#connection) return;
    this.#heard = performance.now();
    if (message.state) this.#enter(message.state);
    if (message.type === "leading") this.#tell("hello", { cursor: this.cursor });
    if (message.type === "catchup") this.#skip(message.cursor);
    for (const fact of message.facts ?? []) this.#follow(fact);
  }

  /** @param {any} fact */
  #follow(fact) {
    if (fact.id === null) return void this.onFact(fact.kind, fact.data, null);
    const [before, mine] = [Cursor.parse(fact.prev), Cursor.parse(this.cursor)];
    const gap = before && mine && before.comparable(mine) && before.isAfter(mine);
    // Something between was not told to us: ask, and let the replay bring this one as well.
    if (gap) this.#tell("hello", { cursor: this.cursor });
    else this.#take(fact);
  }

  /** @param {{from: string, cursor: string}} message a tab that joined or missed something */
  #welcome({ from, cursor }) {
    if (!this.#connection) return;
    const facts = this.#ring.since(cursor, this.cursor);
    if (facts) this.#tell("replay", { to: from, state: this.#state, facts });
    else this.#tell("catchup", { to: from, state: this.#state, cursor: this.cursor });
  }

  /** @param {string} cursor the leader cannot tell what happened before it: pages fetch for themselves */
  #skip(cursor) {
    if (Cursor.parse(cursor)?.isAfter(Cursor.parse(this.cursor))) this.cursor = cursor;
    this.onState("catchup");
  }

  /** @param {string} type @param {object} rest */
  #tell(type, rest) {
    this.#channel?.postMessage({ type, from: this.#tab, ...rest });
  }
}

/** @param {string} data @returns {object} */
function parse(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
