/**
 * The one place where text becomes markup: fragments rendered (and escaped) by our own server.
 * Scripts in a template's content never run.
 * @param {string} html @returns {DocumentFragment}
 */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** htmx binds only what it swapped in itself: what we put into the page is shown to it. @param {Element} element */
export function enliven(element) {
  /** @type {any} */ (globalThis).htmx?.process(element);
}

/**
 * @param {HTMLTemplateElement | null} template
 * @returns {HTMLElement | null} a copy of its first element
 */
export function clone(template) {
  const first = template?.content.firstElementChild;
  return first ? /** @type {HTMLElement} */ (document.importNode(first, true)) : null;
}

/**
 * @param {ParentNode} root @param {string} name
 * @returns {any} the element marked data-part="name"
 */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}
