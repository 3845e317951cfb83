/** What is kept of balances and shown of them is exact up to here. */
export const MAX_CREDITS = Number.MAX_SAFE_INTEGER;
