import { parse } from "./fragments.js";
import { get } from "./http.js";
import { reload } from "./reload.js";

/** @typedef {{bubbles: Element[], cursor: string | null, before: string | null}} Page */

/**
 * Fetches what is new, or what is older, of one conversation.
 * @param {string} src @param {Record<string, string>} query
 * @returns {Promise<Page | null>} null when the page is about to be loaded afresh
 * @throws {Error} when the server did not answer well
 */
export async function fetchPage(src, query) {
  const url = new URL(src, location.href);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await get(url.href);
  if (response.status === 409 || response.headers.get("X-Rookery-Reset") === "1") {
    reload();
    return null;
  }
  return {
    bubbles: bubblesOf(await response.text()),
    cursor: response.headers.get("X-Rookery-Cursor"),
    before: response.headers.get("X-Rookery-Before"),
  };
}

/** @param {string} html @returns {Element[]} the bubbles in a fragment */
export function bubblesOf(html) {
  return [...parse(html).querySelectorAll("[data-order], [data-gone]")];
}
