/**
 * htmx may swap #pane for another conversation while list and badge stay: they are told which one is open.
 * `#pane[data-conversation]` is what counts.
 */
export function followPane() {
  const pane = document.getElementById("pane");
  if (!pane) return;
  const open = pane.dataset.conversation ?? "";
  tell(document.querySelector("conversation-list"), "current", open);
  tell(document.querySelector("unread-badge"), "conversation", open);
}

/** @param {Element | null} element @param {string} name @param {string} value */
function tell(element, name, value) {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}
