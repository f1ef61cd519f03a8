import { part } from "../models/fragments.js";
import { drawWave, readWave, showPlayed } from "../models/waveform.js";

const SPEEDS = [1, 1.5, 2];
/** @type {VoicePlayer | null} */
let playing = null;
let speed = 1;

/** A voice note. Attributes: src, duration, waveform; its controls are the server's (docs/rooms/web-js.md). */
export class VoicePlayer extends HTMLElement {
  #bye = new AbortController();
  /** @type {HTMLAudioElement | null} */ #audio = null;

  connectedCallback() {
    const { signal } = (this.#bye = new AbortController());
    this.playLabel = part(this, "play")?.getAttribute("aria-label") ?? "";
    this.seek = part(this, "seek");
    if (this.seek) Object.assign(this.seek, { min: "0", max: String(this.length), step: "0.1", value: "0" });
    if (part(this, "wave")) drawWave(part(this, "wave"), readWave(this.getAttribute("waveform")));
    this.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)), { signal });
    this.seek?.addEventListener("input", () => this.#seekTo(Number(this.seek.value)), { signal });
    this.#enter("paused");
    this.#tick();
  }

  disconnectedCallback() {
    this.#bye.abort();
    this.#audio?.pause();
  }

  /** @returns {number} seconds */
  get length() {
    const known = this.#audio?.duration;
    return known && Number.isFinite(known) ? known : Number(this.getAttribute("duration")) || 0;
  }

  /** Plays from where it stands; whatever else plays pauses. */
  async play() {
    if (playing !== this) playing?.pause();
    playing = this;
    this.#enter("loading");
    const audio = this.#load();
    audio.playbackRate = speed;
    await audio.play().catch(({ name }) => this.#enter(name === "AbortError" ? "paused" : "failed"));
  }

  /** Stops where it stands. */
  pause() {
    this.#audio?.pause();
  }

  /** @returns {HTMLAudioElement} fetched only when somebody wants to hear it */
  #load() {
    if (this.#audio && !this.#audio.error) return this.#audio;
    const audio = (this.#audio = new Audio(this.getAttribute("src") ?? ""));
    audio.currentTime = Number(this.seek?.value ?? 0);
    audio.addEventListener("playing", () => this.#enter("playing"));
    audio.addEventListener("pause", () => this.getAttribute("state") !== "failed" && this.#enter("paused"));
    audio.addEventListener("timeupdate", () => this.#tick());
    audio.addEventListener("durationchange", () => (this.seek && (this.seek.max = String(this.length)), this.#tick()));
    audio.addEventListener("ended", () => ((audio.currentTime = 0), this.#tick()));
    audio.addEventListener("error", () => this.#enter("failed"));
    return audio;
  }

  /** @param {Element} target */
  #clicked(target) {
    if (target.closest('[data-part="speed"]')) this.#faster();
    else if (target.closest("[data-action=again]")) this.play();
    else if (target.closest('[data-part="play"]')) this.#audio && !this.#audio.paused ? this.pause() : this.play();
  }

  #faster() {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    if (playing?.#audio) playing.#audio.playbackRate = speed;
    for (const button of document.querySelectorAll('voice-player [data-part="speed"]')) button.textContent = `${speed}×`;
  }

  /** @param {number} seconds */
  #seekTo(seconds) {
    if (this.#audio) this.#audio.currentTime = seconds;
    this.#tick(seconds);
  }

  /** @param {"paused" | "loading" | "playing" | "failed"} state */
  #enter(state) {
    this.setAttribute("state", state);
    const button = part(this, "play");
    button?.setAttribute("aria-label", state === "playing" ? (button.dataset.labelPause ?? "") : (this.playLabel ?? ""));
    const error = part(this, "error");
    if (error) error.hidden = state !== "failed";
  }

  #tick(at = this.#audio?.currentTime ?? 0) {
    const moving = at > 0 && at < this.length;
    const text = clockText(moving ? at : this.length);
    if (part(this, "clock")) part(this, "clock").textContent = text;
    if (this.seek) this.seek.value = String(at);
    this.seek?.setAttribute("aria-valuetext", clockText(at));
    if (part(this, "wave")) showPlayed(part(this, "wave"), this.length ? at / this.length : 0);
  }
}
customElements.define("voice-player", VoicePlayer);

/** @param {number} seconds @returns {string} 0:09 */
function clockText(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
