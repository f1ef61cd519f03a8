import { newClientRef } from "./client-ref.js";
import { hold, letGo } from "./reload.js";
import { Stored } from "./stored.js";

/**
 * @typedef {"waiting" | "sending" | "failed"} SendState
 * @typedef {"network" | "server" | "refused" | "signed-out"} Reason
 * @typedef {import("./draft-store.js").Quote} Quote
 * @typedef {{ref: string, text: string, reply: Quote | null, files: File[], at: number, state: SendState,
 *   reason: Reason | null, words: string}} Entry words: the server's own, for "refused"
 */

const BY_ITSELF = 10 * 60_000; // an older one goes only when the agent says so

// A page that can show them again is signed in; what was under way when the page went is unknown.
const AGAIN = [null, undefined, "signed-out"];

/**
 * The messages of one conversation that the server has not confirmed. They go one after another, so that
 * they arrive in the order they were written; every try of one carries the same client_ref, so that the
 * server stores it once. Texts survive a reload (files cannot).
 */
export class PendingSends {
  /** @type {Entry[]} */ entries = [];
  #busy = false;
  #stored;

  /**
   * @param {object} options
   * @param {string} options.user @param {string} options.conversation
   * @param {(entry: Entry) => Promise<import("./upload.js").Answer>} options.post
   * @param {(entry: Entry) => void} options.onChange
   * @param {(entry: Entry, html: string) => void} options.onDone
   */
  constructor({ user, conversation, post, onChange, onDone }) {
    Object.assign(this, { post, onChange, onDone });
    this.#stored = new Stored(`unsent:${user}:${conversation}`);
  }

  /** @returns {Entry[]} what an earlier page could not deliver */
  restore() {
    for (const { ref, text, reply, at, reason, words } of this.#stored.load() ?? [])
      this.entries.push({ ref, text, reply, files: [], at, state: "failed", reason: AGAIN.includes(reason) ? "network" : reason, words: words ?? "" });
    return this.entries;
  }

  /** @param {{text: string, reply?: Quote | null, files?: File[]}} message @returns {Entry} */
  add({ text, reply = null, files = [] }) {
    /** @type {Entry} */
    const entry = { ref: newClientRef(), text, reply, files, at: Date.now(), state: "waiting", reason: null, words: "" };
    this.entries.push(entry);
    this.#changed(entry);
    this.#go();
    return entry;
  }

  /** @param {string} ref goes again, behind what already waits */
  retry(ref) {
    const entry = this.find(ref);
    if (entry?.state !== "failed") return;
    this.entries = [...this.entries.filter((other) => other !== entry), entry];
    Object.assign(entry, { state: "waiting", reason: null, words: "" });
    this.#changed(entry);
    this.#go();
  }

  /** The connection is back: what failed for want of it goes by itself. */
  retryNetwork() {
    const now = Date.now();
    for (const entry of [...this.entries])
      if (entry.reason === "network" && now - entry.at < BY_ITSELF) this.retry(entry.ref);
  }

  /** @param {string} ref @returns {Entry | undefined} */
  find(ref) {
    return this.entries.find((entry) => entry.ref === ref);
  }

  /** @param {string} ref it stands in the log by now, or the agent took it back; one under way is left alone */
  forget(ref) {
    if (this.find(ref)?.state === "sending") return;
    this.entries = this.entries.filter((entry) => entry.ref !== ref);
    this.#save();
  }

  async #go() {
    if (this.#busy) return;
    this.#busy = true;
    hold(this);
    for (let entry = this.#next(); entry; entry = this.#next()) await this.#one(entry);
    this.#busy = false;
    letGo(this);
  }

  #next() {
    return this.entries.find((entry) => entry.state === "waiting");
  }

  /** @param {Entry} entry */
  async #one(entry) {
    entry.state = "sending";
    this.onChange(entry);
    const answer = await this.post(entry);
    const reason = reasonOf(answer);
    entry.state = "failed";
    if (!reason) {
      this.forget(entry.ref);
      return void this.onDone(entry, answer.text);
    }
    Object.assign(entry, { reason, words: reason === "refused" ? wordsOf(answer.text) : "" });
    return void this.#changed(entry);
  }

  /** @param {Entry} entry */
  #changed(entry) {
    this.#save();
    this.onChange(entry);
  }

  #save() {
    const texts = this.entries.filter((entry) => entry.text && !entry.files.length);
    this.#stored.save(texts.length ? texts.map(({ files, state, ...rest }) => rest) : null);
  }
}

/** @param {import("./upload.js").Answer} answer @returns {Reason | null} */
function reasonOf({ status, signedOut }) {
  if (status === 0) return "network";
  if (signedOut) return "signed-out";
  if (status >= 200 && status < 300) return null;
  return status >= 400 && status < 500 ? "refused" : "server";
}

/** @param {string} text `{"errors": {"field": "words"}}` @returns {string} "" when it says nothing readable */
function wordsOf(text) {
  try {
    return Object.values(JSON.parse(text).errors).flat().join(" ");
  } catch {
    return "";
  }
}
