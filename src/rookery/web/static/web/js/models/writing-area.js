const SHARE = 3; // grows to a third of the window's height

/** @param {HTMLTextAreaElement} area makes it as high as its text, up to a third of the window */
export function grow(area) {
  area.style.height = "auto";
  const borders = area.offsetHeight - area.clientHeight;
  const most = Math.floor(innerHeight / SHARE);
  area.style.height = `${Math.min(most, area.scrollHeight + borders)}px`;
  area.style.overflowY = area.scrollHeight + borders > most ? "auto" : "hidden";
}

/**
 * Enter sends, Shift+Enter breaks. On a touch keyboard Enter breaks (there is no Shift+Enter), and an
 * input method's Enter only takes its suggestion.
 * @param {KeyboardEvent} event @returns {boolean} this key means "send"
 */
export function sends(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return false;
  return !matchMedia("(hover: none) and (pointer: coarse)").matches;
}
