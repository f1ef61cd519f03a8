/** @returns {Record<string, string>} what every request that changes something carries */
export function headers() {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return { "X-CSRFToken": token, "X-Requested-With": "fetch" };
}

/**
 * A session that ended shows as 401, 403 or as a redirect to the sign-in page that fetch has followed.
 * @param {Response} response @returns {boolean}
 */
export function signedOut(response) {
  return response.redirected || response.status === 401 || response.status === 403;
}

/**
 * @param {string} url @param {Record<string, string>} fields
 * @returns {Promise<Response>} an answer of 200 to 299
 * @throws {Error} on any other answer, or without one
 */
export async function post(url, fields) {
  const body = new URLSearchParams(fields);
  const response = await fetch(url, { method: "POST", body, headers: headers(), keepalive: true });
  if (!response.ok || signedOut(response)) throw new Error(`${url}: ${response.status}`);
  return response;
}

/**
 * @param {string} url @param {Record<string, string>} [more] further headers
 * @returns {Promise<Response>} an answer of 200 to 299, or 409 (the caller starts afresh)
 * @throws {Error} on any other answer, or without one
 */
export async function get(url, more = {}) {
  const headers = { Accept: "text/html", "X-Requested-With": "fetch", ...more };
  const response = await fetch(url, { headers, cache: "no-store" });
  if (signedOut(response)) document.dispatchEvent(new CustomEvent("signed-out"));
  if ((!response.ok && response.status !== 409) || signedOut(response)) throw new Error(`${url}: ${response.status}`);
  return response;
}
