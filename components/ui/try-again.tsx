"use client";

import { primaryButton } from "./button-styles";

/** Loads the page anew. A form, because the page of the last resort is made with the build: without a nonce, so without scripts. */
export function TryAgain() {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        window.location.reload();
      }}
    >
      <button type="submit" className={primaryButton}>
        Try again
      </button>
    </form>
  );
}
