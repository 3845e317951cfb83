/** So many calls wait to be reported, and no more: where one more could not be counted, none is let in that costs something. */
export const MAX_UNREPORTED = 1_000_000;
