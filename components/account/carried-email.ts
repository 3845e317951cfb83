/** In the page's memory alone: an address is no business of a URL, nor of what a browser keeps. */
let carried = "";

/** Takes what was typed along to the next page of this site. */
export function carryEmail(email: string): void {
  carried = email;
}

export function carriedEmail(): string {
  return carried;
}
