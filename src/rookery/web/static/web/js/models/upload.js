import { headers } from "./http.js";

/** @typedef {{status: number, text: string, signedOut: boolean}} Answer status 0: no answer, nobody knows what became of it */

const STALL = 60_000;

/**
 * Posts a form and tells how far it is (fetch cannot). Never rejects.
 * @param {string} url @param {FormData} form
 * @param {{onProgress?: (sent: number, total: number) => void, stall?: number}} [options] bytes; milliseconds without any progress
 * @returns {Promise<Answer>}
 */
export function upload(url, form, { onProgress = () => {}, stall = STALL } = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer = setTimeout(() => request.abort(), stall);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), stall);
      onProgress(loaded, total);
    };
    request.onloadend = () => {
      clearTimeout(timer);
      const elsewhere = request.status > 0 && new URL(request.responseURL).pathname !== new URL(url, location.href).pathname;
      const signedOut = elsewhere || request.status === 401 || request.status === 403;
      resolve({ status: request.status, text: request.status ? request.responseText : "", signedOut });
    };
    request.open("POST", url);
    for (const [name, value] of Object.entries({ ...headers(), Accept: "text/html" })) request.setRequestHeader(name, value);
    request.send(form);
  });
}

/**
 * A form sends its files one after another, so the bytes sent tell how far each file is.
 * @param {number} sent @param {number} total bytes of the whole body @param {number[]} sizes of the files, in order
 * @returns {number[]} 0 to 1 for each
 */
export function spread(sent, total, sizes) {
  let left = total ? (sent / total) * sizes.reduce((sum, size) => sum + size, 0) : 0;
  return sizes.map((size) => {
    const mine = Math.min(size, Math.max(0, left));
    left -= size;
    return size ? mine / size : 1;
  });
}
