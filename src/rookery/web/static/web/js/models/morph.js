/** @param {Element} element @returns {string | null} what a part keeps its identity by */
function identity(element) {
  const own = element.getAttribute("data-keep") ?? (element.id || element.getAttribute("data-conversation"));
  if (own) return own;
  // An element of ours has drawn inside itself: what the server said about it decides.
  if (!element.localName.includes("-")) return null;
  return ["datetime", "src", "conversation"].map((name) => element.getAttribute(name)).find(Boolean) ?? null;
}

/** @param {Node} old @param {Node} fresh @returns {boolean} */
function alike(old, fresh) {
  if (!(old instanceof Element) || !(fresh instanceof Element)) return old.nodeType === fresh.nodeType;
  return old.localName === fresh.localName && identity(old) === identity(fresh);
}

/** @param {Element} element @returns {boolean} its inside is its own business as long as its identity stands */
const opaque = (element) => element.hasAttribute("data-keep") || element.localName.includes("-");

/** @param {Element} old @param {Element} fresh */
function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

/** @param {Node} old @param {Node} fresh */
function patchNode(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (!(old instanceof Element) || !(fresh instanceof Element)) old.nodeValue = fresh.nodeValue;
  else if (!(opaque(old) && identity(old) !== null)) patch(old, fresh);
}

/**
 * Makes an element like a fresher rendering of it, touching only what differs: focus, a playing voice
 * note, a loaded picture stay. Parts are matched by data-keep or id, else by place and tag.
 * @param {Element} old stays in the page
 * @param {Element} fresh is used up
 */
export function patch(old, fresh) {
  patchAttributes(old, fresh);
  patchChildren(old, fresh);
}

/** @param {Element} old @param {Element | DocumentFragment} fresh */
export function patchChildren(old, fresh) {
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const match = find(at, next);
    if (!match) {
      old.insertBefore(next, at);
      continue;
    }
    patchNode(match, next);
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** @param {ChildNode | null} from @param {Node} fresh @returns {ChildNode | null} */
function find(from, fresh) {
  const named = fresh instanceof Element && identity(fresh) !== null;
  if (!named) return from && alike(from, fresh) ? from : null;
  for (let node = from; node; node = node.nextSibling) if (alike(node, fresh)) return node;
  return null;
}
