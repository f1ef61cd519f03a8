const SIZE = 64;

/** @returns {HTMLLinkElement | null} */
const link = () => document.querySelector('link[rel~="icon"]');

let plain = "";

/**
 * Paints the count onto the page's icon.
 * @param {number} count 0 gives the plain icon back
 * @param {{ink: string, ground: string}} colours as CSS
 */
export async function paintIcon(count, colours) {
  const icon = link();
  if (!icon) return;
  plain ||= icon.href;
  const image = count ? await load(plain) : null;
  if (count !== Number(icon.dataset.count ?? 0)) return; // overtaken by a later count
  icon.href = count ? draw(image, count > 99 ? "99" : String(count), colours) : plain;
}

/** Marks what the icon is about to show. @param {number} count */
export function claimIcon(count) {
  const icon = link();
  if (icon) icon.dataset.count = String(count);
}

/** @param {string} src @returns {Promise<HTMLImageElement | null>} */
async function load(src) {
  const image = new Image(SIZE, SIZE);
  image.src = src;
  return image.decode().then(() => image, () => null);
}

/** @param {HTMLImageElement | null} image @param {string} text @param {{ink: string, ground: string}} colours @returns {string} data: URL */
function draw(image, text, { ink, ground }) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const paper = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (image) paper.drawImage(image, 0, 0, SIZE, SIZE);
  paper.fillStyle = ground;
  paper.beginPath();
  paper.arc(42, 42, 22, 0, 2 * Math.PI);
  paper.fill();
  paper.fillStyle = ink;
  paper.font = "600 30px system-ui, sans-serif";
  paper.textAlign = "center";
  paper.textBaseline = "middle";
  paper.fillText(text, 42, 44);
  return canvas.toDataURL();
}
