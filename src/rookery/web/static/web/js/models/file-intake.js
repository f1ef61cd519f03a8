/** @param {DataTransfer | null} data @returns {boolean} it carries files */
const hasFiles = (data) => Boolean(data?.types.includes("Files"));

/**
 * Files by button, drop and paste.
 * @param {HTMLElement} composer
 * @param {{onFiles: (files: FileList | File[]) => void, signal: AbortSignal}} options
 */
export function takeFiles(composer, { onFiles, signal }) {
  const picker = /** @type {HTMLInputElement | null} */ (composer.querySelector('[data-part="picker"]'));
  composer.querySelector("[data-action=attach]")?.addEventListener("click", () => picker?.click(), { signal });
  picker?.addEventListener(
    "change",
    () => {
      onFiles([...(picker.files ?? [])]);
      picker.value = ""; // the same file may be chosen again
    },
    { signal },
  );
  composer.addEventListener(
    "paste",
    (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // A spreadsheet puts a picture of its cells beside their text: the text is meant.
      if (!files.length || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      onFiles(files);
    },
    { signal },
  );
  takeDrops(composer, onFiles, signal);
}

/** @param {HTMLElement} composer @param {(files: FileList) => void} onFiles @param {AbortSignal} signal */
function takeDrops(composer, onFiles, signal) {
  const zone = composer.closest("[data-drop]") ?? composer;
  const over = (/** @type {boolean} */ on) => zone.classList.toggle("dropping", on);
  addEventListener(
    "dragover",
    (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault(); // else a file dropped beside the zone would replace the page
      over(zone.contains(/** @type {Node} */ (event.target)));
    },
    { signal },
  );
  addEventListener("dragleave", (event) => !event.relatedTarget && over(false), { signal });
  addEventListener(
    "drop",
    (event) => {
      over(false);
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (zone.contains(/** @type {Node} */ (event.target))) onFiles(/** @type {DataTransfer} */ (event.dataTransfer).files);
    },
    { signal },
  );
}
