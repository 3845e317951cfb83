// Apart from the fields, so that what needs no form does not bring one.
export const inputStyle =
  "block h-9 w-full rounded-md border border-line-strong bg-canvas px-3 text-base text-ink placeholder:text-ink-faint aria-invalid:border-danger";
