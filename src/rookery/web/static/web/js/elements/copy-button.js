/** Copies the words of the element `for` names; where the clipboard is closed (plain http), it selects them. Attributes: for. */
export class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#copy);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#copy);
  }

  #copy = async () => {
    const source = document.getElementById(this.getAttribute("for") ?? "");
    const button = this.querySelector("button");
    if (!source || !button) return;
    getSelection()?.selectAllChildren(source);
    try {
      await navigator.clipboard.writeText((source.textContent ?? "").trim());
    } catch {
      return; // it is selected: Ctrl+C does the rest
    }
    const before = button.textContent;
    button.textContent = button.dataset.done ?? before;
    setTimeout(() => (button.textContent = before), 2000);
  };
}
customElements.define("copy-button", CopyButton);
