/** Once a dialog is closed: back to what opened it, or, where that is gone meanwhile, to the content of the page. */
export function returnFocus(opener: HTMLElement | null): void {
  (opener?.isConnected ? opener : document.getElementById("content"))?.focus();
}
