/** A link in running text. */
export const textLink = "rounded-sm text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-accent";
