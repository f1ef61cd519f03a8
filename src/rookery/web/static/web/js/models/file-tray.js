import { ChosenFiles, readableSize } from "./chosen-files.js";
import { takeFiles } from "./file-intake.js";
import { drawFiles } from "./file-list.js";
import { part } from "./fragments.js";

/** The composer's files, chosen and shown, with what cannot be sent and why. */
export class FileTray {
  /** @param {HTMLElement} composer @param {{words: (refusal: string) => string, signal: AbortSignal}} options */
  constructor(composer, { words, signal }) {
    const { maxBytes, maxFiles } = composer.dataset;
    this.composer = composer;
    this.words = words;
    this.chosen = new ChosenFiles({ maxBytes: Number(maxBytes) || Infinity, maxFiles: Number(maxFiles) || Infinity });
    takeFiles(composer, { onFiles: (files) => this.add(files), signal });
    composer.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)), { signal });
  }

  /** @returns {boolean} */
  get empty() {
    return !this.chosen.list.length;
  }

  /** @param {Iterable<File>} files */
  add(files) {
    this.chosen.add(files);
    this.#draw();
  }

  /** @returns {File[]} what can be sent; it leaves the tray */
  take() {
    const files = this.chosen.take();
    this.#draw();
    return files;
  }

  /** @param {Element} target */
  #clicked(target) {
    if (!target.closest("[data-action=remove]")) return;
    this.chosen.remove(Number(target.closest("[data-file]")?.getAttribute("data-file")));
    this.#draw();
    this.composer.querySelector("textarea")?.focus(); // the button that had it is gone
  }

  #draw() {
    const words = (/** @type {string} */ refusal, /** @type {File} */ file) =>
      this.words(refusal).replace("{name}", () => file.name).replace("{limit}", readableSize(this.chosen.maxBytes));
    drawFiles(part(this.composer, "files"), this.composer.querySelector('template[data-part="file"]'), this.chosen.list, words);
  }
}
