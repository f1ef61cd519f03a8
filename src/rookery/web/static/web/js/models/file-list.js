import { readableSize } from "./chosen-files.js";
import { clone, part } from "./fragments.js";
import { preview } from "./pending-bubble.js";

/**
 * Draws the chosen files; rows that stand stay (and with them their picture).
 * @param {HTMLElement} list @param {HTMLTemplateElement | null} template
 * @param {import("./chosen-files.js").Chosen[]} chosen
 * @param {(refusal: string, file: File) => string} words
 */
export function drawFiles(list, template, chosen, words) {
  const keys = new Set(chosen.map(({ key }) => String(key)));
  for (const row of /** @type {Iterable<HTMLElement>} */ ([...list.children])) if (!keys.has(row.dataset.file ?? "")) row.remove();
  for (const { key, file, refusal } of chosen) {
    const row = /** @type {HTMLElement} */ (list.querySelector(`[data-file="${key}"]`)) ?? drawFile(list, template, key, file);
    row.classList.toggle("is-refused", Boolean(refusal));
    part(row, "error").textContent = refusal ? words(refusal, file) : "";
  }
  list.hidden = !chosen.length;
}

/** @param {HTMLElement} list @param {HTMLTemplateElement | null} template @param {number} key @param {File} file */
function drawFile(list, template, key, file) {
  const row = clone(template) ?? document.createElement("li");
  row.dataset.file = String(key);
  part(row, "name").textContent = file.name;
  part(row, "size").textContent = readableSize(file.size);
  preview(part(row, "preview"), file);
  list.append(row);
  return row;
}
