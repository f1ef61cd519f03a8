import { clone, part } from "./fragments.js";
import { spread } from "./upload.js";

/** Gives a picture's element a look at the file itself, and forgets it once drawn. @param {HTMLImageElement | null} img @param {File} file */
export function preview(img, file) {
  if (!img || !/^image\/(png|jpe?g|gif|webp|avif)$/.test(file.type)) return;
  img.src = URL.createObjectURL(file);
  img.onload = img.onerror = ({ type }) => {
    URL.revokeObjectURL(img.src);
    img.hidden = type === "error";
  };
}

/**
 * @param {import("./pending-sends.js").Entry} entry
 * @returns {HTMLElement} from the page's <template id="pending-bubble">; the true bubble has the same id
 */
export function drawPending(entry) {
  const bubble = clone(document.querySelector("template#pending-bubble")) ?? document.createElement("article");
  bubble.id = `m-${entry.ref}`;
  const text = bubble.querySelector(".text");
  if (text) text.textContent = entry.text;
  bubble.querySelector(".meta local-time")?.setAttribute("datetime", new Date(entry.at).toISOString());
  const list = part(bubble, "files");
  if (list) list.hidden = !entry.files.length;
  for (const file of list ? entry.files : []) {
    const row = clone(bubble.querySelector('template[data-part="file"]'));
    if (!row) break;
    part(row, "name").textContent = file.name;
    preview(part(row, "preview"), file);
    list.append(row);
  }
  return bubble;
}

/** @param {HTMLElement} bubble @param {import("./pending-sends.js").Entry} entry @param {string} reason in words */
export function showState(bubble, entry, reason) {
  const failed = entry.state === "failed";
  bubble.classList.toggle("is-failed", failed);
  bubble.querySelector(".ticks")?.setAttribute("data-state", failed ? "failed" : "pending");
  for (const [selector, hidden] of /** @type {[string, boolean][]} */ ([
    [".failed", !failed],
    ["progress", !(entry.state === "sending" && entry.files.length)],
    // Taken back only when the server surely has not got it, else it could be said twice.
    ["[data-edit]", !["refused", "signed-out"].includes(entry.reason ?? "")],
  ]))
    for (const element of bubble.querySelectorAll(selector)) /** @type {HTMLElement} */ (element).hidden = hidden;
  const words = part(bubble, "reason");
  if (words) words.textContent = failed ? reason : "";
}

/** @param {HTMLElement} bubble @param {File[]} files @param {number} sent @param {number} total bytes */
export function showProgress(bubble, files, sent, total) {
  const whole = bubble.querySelector(":scope > progress");
  if (whole) /** @type {HTMLProgressElement} */ (whole).value = total ? sent / total : 0;
  const rows = bubble.querySelectorAll('[data-part="files"] progress');
  spread(sent, total, files.map((file) => file.size)).forEach((done, at) => {
    if (rows[at]) /** @type {HTMLProgressElement} */ (rows[at]).value = done;
  });
}
